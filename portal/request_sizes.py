"""How large the body of a request may be, and which requests are webhook deliveries.

The web server refuses by it while a body still arrives, and the pages and the receiver refuse by it themselves, too.
"""

from __future__ import annotations

from typing import Final

# A client with its logo has 300 kB; a batch has many of them.
LARGEST_DELIVERY: Final = 2 * 1024 * 1024
LARGEST_FORM: Final = 256 * 1024

WEBHOOKS: Final = "webhooks"
# Set in the environ of a delivery that must not wait as well, because so many wait for the database already.
TOO_MANY_WAIT: Final = "portal.too_many_wait"


def webhook_path(path: str) -> list[str] | None:
    """Return the parts of a path behind /webhooks; None for the path of a page.

    People copy addresses with an extra slash, blanks or capitals.
    """
    parts = [part for each in path.split("/") if (part := each.strip())]
    return parts[1:] if parts and parts[0].lower() == WEBHOOKS else None


def largest_body(path: str) -> int:
    return LARGEST_FORM if webhook_path(path) is None else LARGEST_DELIVERY
