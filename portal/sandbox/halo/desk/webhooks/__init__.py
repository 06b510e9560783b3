"""The Webhooks section: who is told, events by a click, and how the deliveries went."""

from __future__ import annotations
