"""The maximum size of request bodies, and which requests are webhook deliveries.

The web server applies the limits while a body is still arriving; the pages and the receiver also check them.
"""

from __future__ import annotations

from typing import Final

# A client with a logo takes 300 kB, and a batch contains many.
LARGEST_DELIVERY: Final = 2 * 1024 * 1024
LARGEST_FORM: Final = 256 * 1024

WEBHOOKS: Final = "webhooks"
# Set in the environ of a delivery that must not wait, because too many already wait for the database.
QUEUE_FULL: Final = "portal.too_many_wait"


def webhook_path(path: str) -> list[str] | None:
    """Return the parts of a path after /webhooks; None for a page's path.

    Extra slashes, spaces and capitals are ignored, because people copy URLs with them.
    """
    parts = [part for each in path.split("/") if (part := each.strip())]
    return parts[1:] if parts and parts[0].lower() == WEBHOOKS else None


def largest_body(path: str) -> int:
    return LARGEST_FORM if webhook_path(path) is None else LARGEST_DELIVERY
