"""What a webhook delivery is about (halo-api.md section 6): one event, or several in a batch.

`text` finds the JSON in a body, `parts` looks into it without building it, `words` knows what Halo calls its records,
`claims` collects what an event says, `subject` decides what it is about, and `events` takes batches apart.
"""

from __future__ import annotations

from portal.halo.webhooks.events import read
from portal.halo.webhooks.text import abridge, extract_json, is_readable

__all__ = ["abridge", "extract_json", "is_readable", "read"]
