"""Switching from one PSA to another: pairing the clients of both."""
