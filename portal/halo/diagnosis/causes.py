"""Diagnoses that several rules share."""

from __future__ import annotations

from typing import Final

from portal.halo.addresses import auth_server_of, normalize_auth_server, normalize_base_url
from portal.halo.diagnosis import messages
from portal.halo.diagnosis.messages import CHECK_ADDRESS, KEEP_AUTH_SERVER, REGENERATE
from portal.halo.diagnosis.observation import Observation
from portal.halo.diagnosis.variants import Variant
from portal.halo.responses import described, is_redirect
from portal.outbound import OutboundError, Response
from portal.psa.diagnosis import Diagnosis, Fix, failed
from portal.psa.hosts import host_of

WRONG_CREDENTIALS: Final = "Halo does not accept this Client ID or Client Secret."
MIX_UP: Final = f"Data calls go to the Base URL. {CHECK_ADDRESS}"


def wrong_credentials(seen: Observation) -> Diagnosis:
    """Point out surrounding spaces if there are any, although the values do not work without them either."""
    blanks = next((variant for variant, _ in seen.tried if variant.field in {"client_id", "client_secret"}), None)
    if blanks is not None:
        return failed(blanks.field, blanks.problem, f"{blanks.remedy} {REGENERATE}", blanks.fix)
    return failed("client_secret", WRONG_CREDENTIALS, REGENERATE)


def use_variant(seen: Observation, variant: Variant) -> Diagnosis:
    """Explain the variant that works. If it uses the Base URL's own Auth Server, the two addresses may be swapped."""
    own_auth_server = auth_server_of(seen.typed.base_url)
    if seen.neighbour_is_halo and variant.changes.get("auth_server") == own_auth_server:
        changes = {**variant.changes, "base_url": normalize_base_url(seen.typed.auth_server)}
        problem = "Base URL and Auth Server are swapped."
        return failed("auth_server", problem, KEEP_AUTH_SERVER, Fix("Swap them", changes))
    return failed(variant.field, variant.problem, variant.remedy, variant.fix)


def unreachable(error: OutboundError, field: str) -> Diagnosis:
    """Explain a call without a response. A certificate for exactly one other name reveals the intended address."""
    names = error.certificate.names if error.certificate else ()
    fix = address_fix(field, f"https://{names[0]}") if len(names) == 1 else None
    return failed(field, *messages.for_transport_error(error, field), fix)


def not_halo(seen: Observation, response: Response) -> Diagnosis:
    """Explain a Base URL that responds, but not like Halo."""
    typed = seen.typed
    if seen.neighbour_is_halo:
        fix = address_fix("base_url", typed.auth_server)
        return failed("base_url", f"Halo is at {host_of(typed.auth_server)}, not at the Base URL.", MIX_UP, fix)
    if is_redirect(response):
        return _redirected(typed.base_url, response)
    problem = f"The Base URL responded with {described(response)}. It doesn't look like Halo."
    return failed("base_url", problem, CHECK_ADDRESS, address_fix("base_url", typed.base_url, unless=typed.base_url))


def _redirected(base_url: str, response: Response) -> Diagnosis:
    """Explain a redirect. It is not followed, so that no other server can divert the secret."""
    fix = address_fix("base_url", response.headers.get("location", ""), unless=base_url)
    if fix is None or host_of(fix.changes["base_url"]) == host_of(base_url):
        return failed(
            "base_url", f"The Base URL redirects to another page (status {response.status}).", CHECK_ADDRESS
        )
    problem = f"The Base URL redirects to {host_of(fix.changes['base_url'])}."
    return failed("base_url", problem, f"Use that address if it is yours. {CHECK_ADDRESS}", fix)


def address_fix(field: str, text: str, unless: str = "") -> Fix | None:
    """Return a fix that sets the field to the address in `text`, if it is valid and differs from `unless`."""
    try:
        address = normalize_auth_server(text) if field == "auth_server" else normalize_base_url(text)
    except ValueError:
        return None
    return Fix(f"Use {address}", {field: address}) if address != unless and "*" not in address else None
