"""Texts for people: remedies in the wording of Halo's screens and the guide's Troubleshooting section, and messages
for transport failures.

A private address and an unknown host get the same message, so that nobody can probe which names exist in a private
network. The log has the exact cause (see portal/outbound.py).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from portal.certificates import Fault, Refusal
from portal.outbound import OutboundError, TransportFailure

API_PAGE: Final = "Configuration → Integrations → HaloPSA API"
APPLICATION: Final = f"{API_PAGE} → View Applications"

CHECK_ADDRESS: Final = f"Compare it with Resource Server in Halo: {API_PAGE}."
CHECK_AUTH_SERVER: Final = f"Compare it with Authorisation Server in Halo: {API_PAGE}."
KEEP_AUTH_SERVER: Final = (
    "Token requests go to the Auth Server, data calls to the Base URL. If it was changed wrongly, no token is"
    " granted. Leave Auth Server as it was filled in, unless you run a separate authorisation server. Halo shows it"
    f" as Authorisation Server: {API_PAGE}."
)
FILL_TENANT: Final = (
    "For hosted (multi-tenant) Halo, Tenant Name is required. Fill it in with the Tenant that Halo shows under"
    f" {API_PAGE}."
)
COMPARE_TENANT: Final = (
    f"Compare it letter by letter with the Tenant that Halo shows under {API_PAGE}. For single-tenant or on-premises"
    " Halo, leave it blank."
)
REGENERATE: Final = (
    "Regenerate the secret in your HaloPSA API application and paste Client ID and Client Secret again, without"
    " trailing spaces. Halo shows the secret only once, when it is created. Copy the Client ID after saving the"
    " application: it may change at the first save."
)
GRANT_PERMISSION: Final = (
    f"In Halo, open {APPLICATION}, choose the application, and grant the access your sync needs on its Permissions"
    " tab. The role of the agent it logs in as must allow it too."
)
LOG_IN_AS_AGENT: Final = (
    f"In Halo, open {APPLICATION}, choose the application, and set Login Type to Agent, with your API agent as the"
    " agent to log in as."
)
USE_CLIENT_SECRET: Final = (
    f"In Halo, open {APPLICATION}, choose the application, and set Authentication Method to Client ID and Secret"
    " (Services)."
)
BE_REACHABLE: Final = (
    "An on-premises Halo must be reachable from the internet, with a valid SSL certificate from a public authority."
)
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


UNREACHABLE: Final = ("The portal can't reach {host}.", f"{CHECK_ADDRESS} {BE_REACHABLE} {ALLOW_PRIVATE}")
_BY_FAILURE: Final = {
    TransportFailure.NOT_HTTPS: ("{host} isn't an https address.", "Use the address that starts with https://."),
    TransportFailure.HOST_NOT_FOUND: UNREACHABLE,
    TransportFailure.PRIVATE_ADDRESS: UNREACHABLE,
    TransportFailure.REFUSED: ("{host} refused the connection.", f"{CHECK_ADDRESS} {BE_REACHABLE}"),
    TransportFailure.TIMED_OUT: (
        "{host} didn't respond in time.",
        f"Connection and token requests time out after about 15 seconds. {BE_REACHABLE} {WAIT}",
    ),
    TransportFailure.TOO_LARGE: ("{host} sent a response that is too large to be Halo's.", CHECK_ADDRESS),
    TransportFailure.ENCODING: (
        "{host} compressed its response in a way that the portal doesn't accept.",
        "Only gzip is accepted. Turn off other compression in the proxy or firewall in front of Halo.",
    ),
    TransportFailure.BROKEN: ("{host} closed the connection in the middle of its response.", WAIT),
}
_BY_FAULT: Final = {
    Fault.EXPIRED: ("The SSL certificate of {host} has expired.", "Renew it."),
    Fault.NOT_YET_VALID: ("The SSL certificate of {host} is not valid yet.", "Check its start date."),
    Fault.SELF_SIGNED: (
        "The SSL certificate of {host} is self-signed.",
        f"Install one that browsers trust. {ADD_AUTHORITY}",
    ),
    Fault.UNKNOWN_ISSUER: (
        "The SSL certificate of {host} is signed by an authority that this portal doesn't know.",
        f"Install it with all its intermediate certificates. {ADD_AUTHORITY}",
    ),
    Fault.OTHER_NAME: (
        "The SSL certificate of {host} is for {names}.",
        "Enter the address that the certificate is for, or install a certificate for this name.",
    ),
    Fault.NO_TLS: ("{host} doesn't use https on this port.", "Check the port."),
    Fault.OTHER: ("{host} doesn't have a valid SSL certificate.", "Install one that browsers trust."),
}
_SHOWN_NAMES: Final = 3


def for_transport_error(error: OutboundError, field: str = "base_url") -> Message:
    """Explain a transport failure; `field` is the form field for the address."""
    if error.failure == TransportFailure.TLS:
        return _for_certificate(error.host, error.certificate or Refusal(Fault.OTHER))
    problem, remedy = _BY_FAILURE[error.failure]
    if field == "auth_server":
        remedy = remedy.replace(CHECK_ADDRESS, CHECK_AUTH_SERVER)
    return Message(problem.format(host=error.host), remedy)


def _for_certificate(host: str, refusal: Refusal) -> Message:
    problem, remedy = _BY_FAULT[refusal.fault]
    return Message(problem.format(host=host, names=_listed(refusal.names)), f"{remedy} {BE_REACHABLE}")


def _listed(names: tuple[str, ...]) -> str:
    """List the first few names: a certificate can have hundreds, with arbitrary content."""
    shown = [name[:100] for name in names if name.isprintable()][:_SHOWN_NAMES]
    more = len(names) - len(shown)
    return (
        " and ".join(filter(None, [", ".join(shown), f"{more} more names" if more and shown else ""]))
        or "another name"
    )
