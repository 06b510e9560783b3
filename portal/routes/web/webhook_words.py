"""Texts and icons for webhooks."""

from __future__ import annotations

from typing import Final

from portal.models.webhooks import DeliveryState, WebhookLogin

# {psa} stands for the name of the PSA. Each login: its name, its advantage, and the PSA's name for the secret.
WEBHOOK_LOGINS: Final = {
    WebhookLogin.BASIC: ("Basic", "A username and password. Every {psa} supports this.", "Password"),
    WebhookLogin.BEARER: ("Bearer token", "{psa} sends the secret as a token in the Authorization header.", "Token"),
    WebhookLogin.HEADER: ("Token in a header", "{psa} sends the secret in a header that you name.", "Token"),
    WebhookLogin.SIGNATURE: (
        "Signature",
        "{psa} never sends the secret. It signs each delivery with it, in a header that you name.",
        "Secret key",
    ),
}

# The result of a delivery, and its icon.
DELIVERY_RESULTS: Final = {
    DeliveryState.WAITING: ("waiting to be read from {psa}", "hourglass"),
    DeliveryState.DONE: ("read again from {psa}", "circle-check"),
    DeliveryState.IGNORED: ("nothing to do", "info-circle"),
    DeliveryState.UNREADABLE: ("couldn't be understood", "alert-triangle"),
    DeliveryState.STUCK: ("failed; you can replay it", "alert-triangle"),
}

FOR_TEMPLATES: Final = {"webhook_logins": WEBHOOK_LOGINS, "delivery_results": DELIVERY_RESULTS}
