"""Scopable's admin portal for connecting a PSA."""
