"""The Webhooks section: webhooks, sending events with one click, and deliveries."""

from __future__ import annotations
