"""Texts and icons for webhooks."""

from __future__ import annotations

from typing import Final

from portal.models.webhooks import DeliveryState, WebhookLogin

# Name, advantage, and the name of the PSA's field for the secret.
WEBHOOK_LOGINS: Final = {
    WebhookLogin.BASIC: ("Basic", "A user name and a password. Every version supports this.", "Password"),
    WebhookLogin.BEARER: ("Bearer token", "The secret as a token in the header Authorization.", "Token"),
    WebhookLogin.HEADER: ("Token in a header", "The secret as it is, in a header that you name.", "Token"),
    WebhookLogin.SIGNATURE: (
        "Signature",
        "The secret never travels: it signs each delivery, in a header that you name.",
        "Secret key",
    ),
}

# The result of a delivery, and its icon.
BECAME: Final = {
    DeliveryState.WAITING: ("waits to be read from your PSA", "hourglass"),
    DeliveryState.DONE: ("read again from your PSA", "circle-check"),
    DeliveryState.IGNORED: ("nothing to do", "info-circle"),
    DeliveryState.UNREADABLE: ("could not be understood", "alert-triangle"),
    DeliveryState.STUCK: ("waits for a person", "alert-triangle"),
}

FOR_TEMPLATES: Final = {"webhook_logins": WEBHOOK_LOGINS, "became": BECAME}
