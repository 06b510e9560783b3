"""Messages for calls that got no answer, for any PSA.

A private address and an unknown host get the same message, so that nobody can probe which names exist in a private
network. The log has the exact cause (see portal/outbound.py).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from portal.certificates import Fault, Refusal
from portal.outbound import OutboundError, TransportFailure

ALLOW_PRIVATE: Final = (
    "If its address is private on purpose, ask the operator of this portal to allow it in PORTAL_OUTBOUND_ALLOW."
)
ADD_AUTHORITY: Final = (
    "If your company signs its own certificates, ask the operator of this portal to name its authority in"
    " PORTAL_CA_FILE."
)
WAIT: Final = "Nothing is lost; try again in a few minutes."


class Message(NamedTuple):
    problem: str
    remedy: str


UNREACHABLE: Final = ("The portal can't reach {host}.", f"{{check_address}} {{be_reachable}} {ALLOW_PRIVATE}")
_BY_FAILURE: Final = {
    TransportFailure.NOT_HTTPS: ("{host} isn't an https address.", "Use the address that starts with https://."),
    TransportFailure.HOST_NOT_FOUND: UNREACHABLE,
    TransportFailure.PRIVATE_ADDRESS: UNREACHABLE,
    TransportFailure.REFUSED: ("{host} refused the connection.", "{check_address} {be_reachable}"),
    TransportFailure.TIMED_OUT: (
        "{host} didn't respond in time.",
        f"Connection and token requests time out after about 15 seconds. {{be_reachable}} {WAIT}",
    ),
    TransportFailure.TOO_LARGE: ("{host} sent a response that is too large to be {psa}'s.", "{check_address}"),
    TransportFailure.ENCODING: (
        "{host} compressed its response in a way that the portal doesn't accept.",
        "Only gzip is accepted. Turn off other compression in the proxy or firewall in front of {psa}.",
    ),
    TransportFailure.BROKEN: ("{host} closed the connection in the middle of its response.", WAIT),
}
_BY_FAULT: Final = {
    Fault.EXPIRED: ("The SSL certificate of {host} has expired.", "Renew it. {be_reachable}"),
    Fault.NOT_YET_VALID: ("The SSL certificate of {host} is not valid yet.", "Check its start date. {be_reachable}"),
    Fault.SELF_SIGNED: (
        "The SSL certificate of {host} is self-signed.",
        f"Install one that browsers trust. {ADD_AUTHORITY} {{be_reachable}}",
    ),
    Fault.UNKNOWN_ISSUER: (
        "The SSL certificate of {host} is signed by an authority that this portal doesn't know.",
        f"Install it with all its intermediate certificates. {ADD_AUTHORITY} {{be_reachable}}",
    ),
    Fault.OTHER_NAME: (
        "The SSL certificate of {host} is for {names}.",
        "Enter the address that the certificate is for, or install a certificate for this name. {be_reachable}",
    ),
    Fault.NO_TLS: ("{host} doesn't use https on this port.", "Check the port. {be_reachable}"),
    Fault.OTHER: ("{host} doesn't have a valid SSL certificate.", "Install one that browsers trust. {be_reachable}"),
}
_SHOWN_NAMES: Final = 3


def explain(error: OutboundError, *, psa: str, check_address: str, be_reachable: str) -> Message:
    """Explain a transport failure. `check_address` says where the PSA shows its address, `be_reachable` what an
    on-premises installation needs.
    """
    certificate = error.certificate or Refusal(Fault.OTHER)
    problem, remedy = (
        _BY_FAULT[certificate.fault] if error.failure == TransportFailure.TLS else _BY_FAILURE[error.failure]
    )
    words = {"psa": psa, "check_address": check_address, "be_reachable": be_reachable}
    return Message(problem.format(host=error.host, names=_listed(certificate.names), psa=psa), remedy.format(**words))


def _listed(names: tuple[str, ...]) -> str:
    """List the first few names: a certificate can have hundreds, with arbitrary content."""
    shown = [name[:100] for name in names if name.isprintable()][:_SHOWN_NAMES]
    more = len(names) - len(shown)
    return (
        " and ".join(filter(None, [", ".join(shown), f"{more} more names" if more and shown else ""]))
        or "another name"
    )
