"""Parses webhook deliveries (halo-api.md section 6): a single event, or a batch.

text           extracts the JSON from a body
json_slices    navigates JSON without building objects
words          Halo's names for records
claims         collects everything in an event that may identify its record
subject        decides which record an event is about
events         splits batches into events
"""

from __future__ import annotations

from portal.halo.webhooks.events import read
from portal.halo.webhooks.text import abridge, extract_json, is_readable

__all__ = ["abridge", "extract_json", "is_readable", "read"]
