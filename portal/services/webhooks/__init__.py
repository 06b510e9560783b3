"""Webhook deliveries: receiving, refetching what they name, and watching that they arrive."""
