"""Connecting a PSA: the wizard, connection tests, credentials, and where records come from."""
