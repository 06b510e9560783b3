"""Alerts to people outside the portal: where they go, what they say, and an outbox that survives restarts."""
