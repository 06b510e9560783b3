"""Words that templates show for webhooks."""

from __future__ import annotations

from typing import Final

from portal.models.webhooks import DeliveryState, WebhookLogin

# What a person chooses, what is good about it, and what Halo's field for the secret is called.
WEBHOOK_LOGINS: Final = {
    WebhookLogin.BASIC: ("Basic", "A username and password. Every Halo supports this.", "Password"),
    WebhookLogin.BEARER: ("Bearer token", "Halo sends the secret as a token in the Authorization header.", "Token"),
    WebhookLogin.HEADER: ("Token in a header", "Halo sends the secret in a header that you name.", "Token"),
    WebhookLogin.SIGNATURE: (
        "Signature",
        "Halo never sends the secret. It signs each delivery with it, in a header that you name.",
        "Secret key",
    ),
}

# What became of a delivery, and the icon.
BECAME: Final = {
    DeliveryState.WAITING: ("waiting to be read from Halo", "hourglass"),
    DeliveryState.DONE: ("read again from Halo", "circle-check"),
    DeliveryState.IGNORED: ("nothing to do", "info-circle"),
    DeliveryState.UNREADABLE: ("couldn't be understood", "alert-triangle"),
    DeliveryState.STUCK: ("failed; you can replay it", "alert-triangle"),
}

FOR_TEMPLATES: Final = {"webhook_logins": WEBHOOK_LOGINS, "became": BECAME}
