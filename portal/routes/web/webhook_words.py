"""Words that templates show for webhooks."""

from __future__ import annotations

from typing import Final

from portal.models.webhooks import DeliveryState, WebhookLogin

# What a person chooses, what is good about it, and what Halo's field for the secret is called.
WEBHOOK_LOGINS: Final = {
    WebhookLogin.BASIC: ("Basic", "A user name and a password. Every Halo can do this.", "Password"),
    WebhookLogin.BEARER: ("Bearer token", "The secret as a token in the header Authorization.", "Token"),
    WebhookLogin.HEADER: ("Token in a header", "The secret as it is, in a header that you name.", "Token"),
    WebhookLogin.SIGNATURE: (
        "Signature",
        "The secret never travels: Halo signs each delivery with it, in a header that you name.",
        "Secret key",
    ),
}

# What became of a delivery, and the icon.
BECAME: Final = {
    DeliveryState.WAITING: ("waits to be read from Halo", "hourglass"),
    DeliveryState.DONE: ("read again from Halo", "circle-check"),
    DeliveryState.IGNORED: ("nothing to do", "info-circle"),
    DeliveryState.UNREADABLE: ("could not be understood", "alert-triangle"),
    DeliveryState.STUCK: ("waits for a person", "alert-triangle"),
}

FOR_TEMPLATES: Final = {"webhook_logins": WEBHOOK_LOGINS, "became": BECAME}
