"""Says why a message did not arrive, from what its last call led to. Nothing of what a server wrote is shown."""

from __future__ import annotations

from typing import Final

from portal.foreign_calls import Outcome
from portal.outbound import TransportFailure

# One sentence for both, because two would tell which internal names exist.
UNREACHABLE: Final = (
    "The portal can't reach the server. Check the address. If it's private on purpose, the portal's operator can "
    "allow it with PORTAL_OUTBOUND_ALLOW."
)
FAILURES: Final = {
    TransportFailure.NOT_HTTPS: "The address isn't encrypted (https), so nothing was sent.",
    TransportFailure.HOST_NOT_FOUND: UNREACHABLE,
    TransportFailure.PRIVATE_ADDRESS: UNREACHABLE,
    TransportFailure.REFUSED: "The server refuses connections.",
    TransportFailure.TLS: "The server's certificate isn't valid.",
    TransportFailure.TIMED_OUT: "The server didn't answer in time.",
    TransportFailure.TOO_LARGE: "The server's answer was too large.",
}
HTTP: Final = {
    400: "rejected the message",
    401: "refused the credentials in the address",
    403: "refused the credentials in the address",
    404: "doesn't know this address. It may have been deleted; create a new one there",
    410: "has deleted this address. Create a new one there",
    429: "received too many messages",
}
# The first codes that fit.
SMTP: Final = {
    530: "wants a user name and password",
    534: "wants another way to log in, such as an app password",
    535: "refused the user name or password",
    550: "refused the sender or a recipient",
    551: "refused a recipient",
    553: "refused the sender or a recipient",
    554: "refused the message",
}
REDIRECTS: Final = range(300, 400)
SERVER_ERRORS: Final = range(500, 600)


def explain(service: str, outcome: Outcome) -> str:
    """Return one or two sentences. `service` is what people call it."""
    if outcome.failure is not None:
        return FAILURES.get(outcome.failure, "The connection broke off.")
    if outcome.smtp_code is not None:
        does = SMTP.get(outcome.smtp_code, "didn't accept the message")
        return f"The mail server {does} ({outcome.smtp_code})."
    if outcome.http_status is not None:
        return f"{service} {_answer(outcome.http_status)} (HTTP {outcome.http_status})."
    return f"{service} didn't accept the message. Check the address."


def _answer(status: int) -> str:
    if status in REDIRECTS:
        return "redirects to another address, which isn't followed"
    if status in SERVER_ERRORS:
        return "had a problem of its own"
    return HTTP.get(status, "didn't accept the message")
