"""Logging in, sessions, passwords and two-factor authentication."""
