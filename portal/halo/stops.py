"""Sentences for a call that got no answer.

A private address and a host that does not exist get the same ones: they must not tell which names a private network
has. The log has the exact cause (see portal/outbound.py).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from portal.certificates import Fault, Refusal
from portal.halo.remedies import (
    ADD_AUTHORITY,
    ALLOW_PRIVATE,
    BE_REACHABLE,
    CHECK_ADDRESS,
    CHECK_AUTH_SERVER,
    WAIT,
)
from portal.outbound import OutboundError, Stop


class Sentences(NamedTuple):
    problem: str
    remedy: str


UNREACHABLE: Final = ("{host} cannot be reached from the portal.", f"{CHECK_ADDRESS} {BE_REACHABLE} {ALLOW_PRIVATE}")
_BY_STOP: Final = {
    Stop.NOT_HTTPS: ("{host} is not an https address.", "Use the address that starts with https://."),
    Stop.HOST_NOT_FOUND: UNREACHABLE,
    Stop.PRIVATE_ADDRESS: UNREACHABLE,
    Stop.REFUSED: ("{host} refused the connection.", f"{CHECK_ADDRESS} {BE_REACHABLE}"),
    Stop.TIMED_OUT: (
        "{host} did not answer in time.",
        f"Connection and token requests time out after about 15 seconds. {BE_REACHABLE} {WAIT}",
    ),
    Stop.TOO_LARGE: ("{host} sent an answer that is too large to be Halo's.", CHECK_ADDRESS),
    Stop.ENCODING: (
        "{host} sent its answer in a compression that the portal does not accept.",
        "Only gzip is accepted. Turn off other compression in the proxy or firewall in front of Halo.",
    ),
    Stop.BROKEN: ("{host} broke off its answer.", WAIT),
}
_BY_FAULT: Final = {
    Fault.EXPIRED: ("The SSL certificate of {host} has expired.", "Renew it."),
    Fault.NOT_YET_VALID: ("The SSL certificate of {host} is not valid yet.", "Check the date from which it is."),
    Fault.SELF_SIGNED: (
        "The SSL certificate of {host} is self-signed.",
        f"Install one that browsers trust. {ADD_AUTHORITY}",
    ),
    Fault.UNKNOWN_ISSUER: (
        "The SSL certificate of {host} is signed by an authority that this portal does not know.",
        f"Install it with all its intermediate certificates. {ADD_AUTHORITY}",
    ),
    Fault.OTHER_NAME: (
        "The SSL certificate of {host} is for {names}.",
        "Type the address that the certificate is for, or install one for this very name.",
    ),
    Fault.NO_TLS: ("{host} does not speak https there.", "Check the port."),
    Fault.OTHER: ("{host} has no valid SSL certificate.", "Install one that browsers trust."),
}
_SHOWN_NAMES: Final = 3


def sentences(error: OutboundError, field: str = "base_url") -> Sentences:
    """Explain the stop; `field` is the form field that holds the address."""
    if error.stop == Stop.TLS:
        return _of_certificate(error.host, error.certificate or Refusal(Fault.OTHER))
    problem, remedy = _BY_STOP[error.stop]
    if field == "auth_server":
        remedy = remedy.replace(CHECK_ADDRESS, CHECK_AUTH_SERVER)
    return Sentences(problem.format(host=error.host), remedy)


def _of_certificate(host: str, refusal: Refusal) -> Sentences:
    problem, remedy = _BY_FAULT[refusal.fault]
    return Sentences(problem.format(host=host, names=_listed(refusal.names)), f"{remedy} {BE_REACHABLE}")


def _listed(names: tuple[str, ...]) -> str:
    """Name the first few; a certificate can hold a hundred, and whatever its owner likes."""
    shown = [name[:100] for name in names if name.isprintable()][:_SHOWN_NAMES]
    more = len(names) - len(shown)
    return (
        " and ".join(filter(None, [", ".join(shown), f"{more} more names" if more and shown else ""]))
        or "another name"
    )
