"""Findings about one address: nobody answers there, or somebody does who is no Halo."""

from __future__ import annotations

from typing import Final

from portal.halo.addresses import host_of, tidy_auth_server, tidy_base_url
from portal.halo.answers import described, is_redirect, passing
from portal.halo.finding import Finding, Fix
from portal.halo.observation import Observation
from portal.halo.remedies import CHECK_ADDRESS, KEEP_AUTH_SERVER
from portal.halo.stops import sentences
from portal.outbound import Answer, OutboundError

MIX_UP: Final = f"Data calls go to the Base URL. {CHECK_ADDRESS}"


def failed(field: str | None, problem: str, remedy: str, fix: Fix | None = None) -> Finding:
    return Finding(ok=False, field=field, problem=problem, remedy=remedy, fix=fix)


def stopped(error: OutboundError, field: str) -> Finding:
    """Explain a call that got no answer; a certificate for one other name tells which address was meant."""
    names = error.certificate.names if error.certificate else ()
    fix = _use(field, f"https://{names[0]}") if len(names) == 1 else None
    return failed(field, *sentences(error, field), fix)


def mends_itself(answer: Answer) -> Finding | None:
    told = passing(answer)
    return failed(None, *told) if told else None


def no_halo(seen: Observation, answer: Answer) -> Finding:
    """Explain a Base URL that answers, but not as Halo does."""
    typed = seen.typed
    if seen.neighbour_is_halo:
        fix = _use("base_url", typed.auth_server)
        return failed("base_url", f"Halo is at {host_of(typed.auth_server)}, not at the Base URL.", MIX_UP, fix)
    if is_redirect(answer):
        return _forwarded(typed.base_url, answer)
    problem = f"The Base URL answered with {described(answer)}. It does not look like Halo."
    return failed("base_url", problem, CHECK_ADDRESS, _use("base_url", typed.base_url, unless=typed.base_url))


def _forwarded(base_url: str, answer: Answer) -> Finding:
    """Redirects are not followed: the secret must not go where somebody else says."""
    fix = _use("base_url", answer.headers.get("location", ""), unless=base_url)
    if fix is None or host_of(fix.changes["base_url"]) == host_of(base_url):
        return failed("base_url", f"The Base URL forwards to another page (status {answer.status}).", CHECK_ADDRESS)
    problem = f"The Base URL forwards to {host_of(fix.changes['base_url'])}."
    return failed("base_url", problem, f"Type the address that it forwards to, if it is yours. {CHECK_ADDRESS}", fix)


def other_auth_server(seen: Observation) -> Finding | None:
    """Explain two addresses that belong to different Halos, as far as the Base URL tells."""
    if seen.info is None or seen.info.auth_server == seen.typed.auth_server:
        return None
    problem = f"This Halo's Auth Server is {seen.info.auth_server}."
    return failed("auth_server", problem, KEEP_AUTH_SERVER, _use("auth_server", seen.info.auth_server))


def _use(field: str, text: str, unless: str = "") -> Fix | None:
    """Offer the address in `text`, if there is a usable one and another than `unless`."""
    try:
        address = tidy_auth_server(text) if field == "auth_server" else tidy_base_url(text)
    except ValueError:
        return None
    return Fix(f"Use {address}", {field: address}) if address != unless and "*" not in address else None
