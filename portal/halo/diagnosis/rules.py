"""The diagnosis table. Pure: it maps the observations of a connection test to a diagnosis.

Each stage has a list of rules, from certain to likely causes; the first rule that applies explains the stage. The
rules also explain a token that is refused during a sync (see portal/halo/refusals.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from portal.halo.addresses import parse_address
from portal.halo.credentials import Credentials
from portal.halo.diagnosis import causes, permissions
from portal.halo.diagnosis.messages import (
    COMPARE_TENANT,
    FILL_TENANT,
    GRANT_PERMISSION,
    KEEP_AUTH_SERVER,
    LOG_IN_AS_AGENT,
    USE_CLIENT_SECRET,
)
from portal.halo.diagnosis.observation import Observation, Reply, grant_in
from portal.halo.responses import BREAKS_OFF, EMPTY, described, error_code, is_redirect, temporary_problem
from portal.outbound import OutboundError, Response, TransportFailure
from portal.psa.diagnosis import Access, Diagnosis, ListAccess, failed
from portal.psa.transport_messages import WAIT

Rule = Callable[[Observation], Diagnosis | None]

LACKS_PERMISSION: Final = "The credentials are right, but the application's agent or role lacks permissions (403)."
NO_AGENT: Final = "The credentials are right, but the application doesn't log in as an agent."
# Error codes of the token endpoint (halo-api.md section 1.3); no other endpoint uses them.
INVALID_CLIENT: Final = "invalid_client"
INVALID_REQUEST: Final = "invalid_request"
APPLICATION_ERRORS: Final = {
    "invalid_scope": ("The application in Halo doesn't have the requested permissions.", GRANT_PERMISSION),
    "unauthorized_client": (
        "The application in Halo isn't set up to log in with a Client Secret.",
        USE_CLIENT_SECRET,
    ),
    "unsupported_grant_type": (
        "The application in Halo isn't set up to log in with a Client Secret.",
        USE_CLIENT_SECRET,
    ),
}
# These mean that the address is wrong; other failures may affect a single endpoint only.
ADDRESS_ERRORS: Final = frozenset(
    {
        TransportFailure.NOT_HTTPS,
        TransportFailure.HOST_NOT_FOUND,
        TransportFailure.PRIVATE_ADDRESS,
        TransportFailure.REFUSED,
        TransportFailure.TLS,
    }
)


def explain(seen: Observation) -> Diagnosis:
    """Explain the first stage that failed. If none did, return the agent and its access to each list."""
    if seen.grant is None:
        return _first(TOKEN_RULES, seen)
    if seen.profile is None:
        return _first(PROFILE_RULES, seen)
    return _first(LIST_RULES, seen)


def unusable_address(typed: Credentials) -> Diagnosis | None:
    """Explain an address that cannot be called because it is not valid."""
    for field, text in (("base_url", typed.base_url), ("auth_server", typed.auth_server)):
        try:
            parse_address(text)
        except ValueError:
            return failed(
                field, "This isn't a valid address.", "It should look like https://yourcompany.halopsa.com."
            )
    return None


def _first(rules: tuple[Rule, ...], seen: Observation) -> Diagnosis:
    return next(found for rule in rules if (found := rule(seen)) is not None)


# Stage 1: the token.


def _token_fails_temporarily(seen: Observation) -> Diagnosis | None:
    return _temporary(seen.token)


def _application_is_misconfigured(seen: Observation) -> Diagnosis | None:
    known = APPLICATION_ERRORS.get(_code(seen.token))
    return failed(None, *known) if known else None


def _variant_works(seen: Observation) -> Diagnosis | None:
    return next((causes.use_variant(seen, variant) for variant, reply in seen.tried if grant_in(reply)), None)


def _other_auth_server_responds(seen: Observation) -> Diagnosis | None:
    """If only the variant's Auth Server responds like a token endpoint, it is the right one."""
    if _code(seen.token) == INVALID_CLIENT:
        return None
    for variant, reply in seen.tried:
        if variant.field == "auth_server" and _code(reply) == INVALID_CLIENT:
            return causes.use_variant(seen, variant)
    return None


def _base_url_is_unreachable(seen: Observation) -> Diagnosis | None:
    error = seen.authinfo
    if not isinstance(error, OutboundError):
        return None
    both_failed = isinstance(seen.token, OutboundError) and seen.has_one_host
    return causes.unreachable(error, "base_url") if error.failure in ADDRESS_ERRORS or both_failed else None


def _auth_server_is_unreachable(seen: Observation) -> Diagnosis | None:
    return causes.unreachable(seen.token, "auth_server") if isinstance(seen.token, OutboundError) else None


def _credentials_are_wrong(seen: Observation) -> Diagnosis | None:
    is_certain = seen.info is not None or _code(seen.token) == INVALID_CLIENT
    return causes.wrong_credentials(seen) if is_certain and _is_refusal(seen.token) else None


def _base_url_is_not_halo(seen: Observation) -> Diagnosis | None:
    if seen.info is not None or not isinstance(seen.authinfo, Response):
        return None
    return _temporary(seen.authinfo) or causes.not_halo(seen, seen.authinfo)


def _credentials_are_probably_wrong(seen: Observation) -> Diagnosis | None:
    return causes.wrong_credentials(seen) if _is_refusal(seen.token) else None


def _auth_server_belongs_to_another_halo(seen: Observation) -> Diagnosis | None:
    if seen.info is None or seen.info.auth_server == seen.typed.auth_server:
        return None
    problem = f"This Halo's Auth Server is {seen.info.auth_server}."
    return failed("auth_server", problem, KEEP_AUTH_SERVER, causes.address_fix("auth_server", seen.info.auth_server))


def _auth_server_issues_no_tokens(seen: Observation) -> Diagnosis | None:
    if isinstance(seen.token, Response) and (seen.token.status in {404, 405} or is_redirect(seen.token)):
        return failed("auth_server", "The Auth Server doesn't issue tokens.", KEEP_AUTH_SERVER)
    return None


def _auth_server_response_is_incomplete(seen: Observation) -> Diagnosis | None:
    if isinstance(seen.token, Response) and (what := described(seen.token)) in {EMPTY, BREAKS_OFF}:
        problem = f"The Auth Server responded with {what} instead of a token."
        return failed("auth_server", problem, f"{WAIT} {KEEP_AUTH_SERVER}")
    return None


def _tenant_is_unknown_or_missing(seen: Observation) -> Diagnosis:
    what = described(seen.token) if isinstance(seen.token, Response) else "nothing"
    problem = f"Halo responded with {what} instead of a token"
    if seen.typed.tenant:
        return failed("tenant", f"{problem}. It may not know the tenant {seen.typed.tenant}.", COMPARE_TENANT)
    return failed("tenant", f"{problem}. It needs to know the tenant.", FILL_TENANT)


TOKEN_RULES: Final[tuple[Rule, ...]] = (
    _token_fails_temporarily,
    _application_is_misconfigured,
    _variant_works,
    _other_auth_server_responds,
    _base_url_is_unreachable,
    _auth_server_is_unreachable,
    _credentials_are_wrong,
    _base_url_is_not_halo,
    _credentials_are_probably_wrong,
    _auth_server_belongs_to_another_halo,
    _auth_server_issues_no_tokens,
    _auth_server_response_is_incomplete,
    _tenant_is_unknown_or_missing,
)


# Stage 2: the agent's profile (halo-api.md section 2).


def _test_ended_early(seen: Observation) -> Diagnosis | None:
    return None if seen.agent else failed(None, "The test ended too early.", "Test the connection again.")


def _profile_is_unreachable(seen: Observation) -> Diagnosis | None:
    return causes.unreachable(seen.agent, "base_url") if isinstance(seen.agent, OutboundError) else None


def _profile_fails_temporarily(seen: Observation) -> Diagnosis | None:
    return _temporary(seen.agent)


def _token_is_from_another_halo(seen: Observation) -> Diagnosis | None:
    return _auth_server_belongs_to_another_halo(seen) if _status(seen.agent) == 401 else None


def _profile_is_not_from_halo(seen: Observation) -> Diagnosis | None:
    is_refused = _status(seen.agent) in {401, 403}
    return None if is_refused or not isinstance(seen.agent, Response) else causes.not_halo(seen, seen.agent)


def _application_has_no_agent(seen: Observation) -> Diagnosis | None:
    return failed(None, NO_AGENT, LOG_IN_AS_AGENT) if seen.grant and seen.grant.lacks_agent() else None


def _permission_is_missing(_: Observation) -> Diagnosis:
    return failed(None, LACKS_PERMISSION, f"{GRANT_PERMISSION} {LOG_IN_AS_AGENT}")


PROFILE_RULES: Final[tuple[Rule, ...]] = (
    _test_ended_early,
    _profile_is_unreachable,
    _profile_fails_temporarily,
    _token_is_from_another_halo,
    _profile_is_not_from_halo,
    _application_has_no_agent,
    _permission_is_missing,
)


# Stage 3: the lists. All other records belong to clients.


def _login_is_not_an_agent(seen: Observation) -> Diagnosis | None:
    if seen.profile is None or seen.profile.is_agent:
        return None
    return Diagnosis(ok=False, problem=NO_AGENT, remedy=LOG_IN_AS_AGENT, lists=_lists(seen))


def _clients_are_refused(seen: Observation) -> Diagnosis | None:
    lists = _lists(seen)
    if seen.profile is None or "clients" not in lists or lists["clients"].access != Access.REFUSED:
        return None
    problem = (
        f"Connected as {seen.profile.name}, but Halo doesn't let it read clients, which other records belong to."
    )
    return Diagnosis(ok=False, problem=problem, remedy=lists["clients"].remedy, lists=lists)


def _connection_works(seen: Observation) -> Diagnosis | None:
    if seen.profile is None or seen.grant is None:
        return None
    advice = tuple(permissions.advice(seen.profile, seen.grant.scopes()))
    return Diagnosis(ok=True, agent=seen.profile.name, advice=advice, lists=_lists(seen))


LIST_RULES: Final[tuple[Rule, ...]] = (_login_is_not_an_agent, _clients_are_refused, _connection_works)


# What the rules share.


def _code(reply: Reply) -> str:
    return error_code(reply) if isinstance(reply, Response) else ""


def _status(reply: Reply) -> int | None:
    return reply.status if isinstance(reply, Response) else None


def _temporary(reply: Reply) -> Diagnosis | None:
    message = temporary_problem(reply) if isinstance(reply, Response) else None
    return failed(None, *message) if message else None


def _is_refusal(token: Reply) -> bool:
    return _status(token) in {400, 401, 403} and _code(token) != INVALID_REQUEST


def _lists(seen: Observation) -> dict[str, ListAccess]:
    if seen.profile is None or seen.grant is None:
        return {}
    return permissions.explained(seen.lists, seen.profile, seen.grant.scopes())
