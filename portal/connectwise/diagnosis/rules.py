"""The diagnosis table. Pure: it maps the observations of a connection test to a diagnosis.

Each stage has a list of rules, from certain to likely causes; the first rule that applies explains the stage. What a
refused login means is in logins.py, because a sync needs it too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from portal.connectwise.addresses import CLOUD, parse_address
from portal.connectwise.credentials import Credentials
from portal.connectwise.diagnosis import logins, messages, permissions
from portal.connectwise.diagnosis.messages import CHECK_COMPANY, CHECK_SITE, NEW_KEYS
from portal.connectwise.diagnosis.observation import Observation, Reply
from portal.connectwise.responses import Kind, described, kind_of, wait_after
from portal.outbound import OutboundError, Response
from portal.psa.diagnosis import Access, Diagnosis, Fix, failed
from portal.psa.hosts import host_of
from portal.psa.transport_messages import WAIT

Rule = Callable[[Observation], Diagnosis | None]
# Answers that only ConnectWise gives, so that the site is right.
_FROM_CONNECTWISE: Final = frozenset(
    {Kind.NO_ROUTE, Kind.WRONG_KEYS, Kind.CLIENT_ID, Kind.WRONG_HOST, Kind.NO_PERMISSION}
)


def explain(seen: Observation) -> Diagnosis:
    """Explain the first stage that failed. If none did, return the login and its access to each list."""
    return _first(LIST_RULES if seen.has_logged_in else LOGIN_RULES, seen)


def unusable_address(typed: Credentials) -> Diagnosis | None:
    """Explain an address that cannot be called because it is not valid."""
    try:
        parse_address(typed.site)
    except ValueError:
        return failed("site", "This isn't a valid address.", "It should look like https://na.myconnectwise.net.")
    return None


def _first(rules: tuple[Rule, ...], seen: Observation) -> Diagnosis:
    return next(found for rule in rules if (found := rule(seen)) is not None)


# Stage 1: the company check and the login.


def _site_is_unreachable(seen: Observation) -> Diagnosis | None:
    return _unreachable(seen.company) or _unreachable(seen.login)


def _login_fails_temporarily(seen: Observation) -> Diagnosis | None:
    return _temporary(seen.login)


def _answer_names_the_cause(seen: Observation) -> Diagnosis | None:
    return _refused(seen) if _kind(seen.login) in {Kind.CLIENT_ID, Kind.WRONG_HOST} else None


def _company_is_at_another_site(seen: Observation) -> Diagnosis | None:
    """Compare the Site with the host of the company's API, which the company check may name."""
    named = seen.known_company.site_url if seen.known_company else None
    host = host_of(named if named and "//" in named else f"https://{named}") if named else ""
    if host not in CLOUD.values() or host == host_of(seen.typed.site):
        return None
    problem = f"The company {seen.typed.company_id} is at {host}."
    return failed("site", problem, CHECK_SITE, Fix(f"Use https://{host}", {"site": f"https://{host}"}))


def _company_is_unknown(seen: Observation) -> Diagnosis | None:
    if not seen.is_unknown_company:
        return None
    problem = f"There is no company {seen.typed.company_id} at {host_of(seen.typed.site)}."
    return failed("company_id", problem, CHECK_COMPANY)


def _company_is_written_differently(seen: Observation) -> Diagnosis | None:
    company = seen.known_company
    written = company.company_id if company else None
    if not written or written == seen.typed.company_id or written.lower() != seen.typed.company_id.lower():
        return None
    problem = f"ConnectWise writes this company {written}."
    fix = Fix(f"Use {written}", {"company_id": written})
    return failed("company_id", problem, f"Capital letters count. If it still fails: {NEW_KEYS}", fix)


def _site_redirects(seen: Observation) -> Diagnosis | None:
    """Explain a redirect. It is not followed, so that no other server can divert the keys."""
    for reply in (seen.login, seen.company):
        if isinstance(reply, Response) and kind_of(reply) is Kind.REDIRECT:
            return _redirected(seen.typed.site, reply)
    return None


def _site_is_not_connectwise(seen: Observation) -> Diagnosis | None:
    if seen.known_company is not None or _kind(seen.login) in _FROM_CONNECTWISE:
        return None
    reply = seen.login if isinstance(seen.login, Response) and seen.login.status == 200 else seen.company
    if not isinstance(reply, Response):
        return None
    problem = f"The Site responded with {described(reply)}. It doesn't look like ConnectWise."
    return _temporary(seen.company) or failed("site", problem, CHECK_SITE)


def _login_is_hidden(seen: Observation) -> Diagnosis | None:
    """Blame the keys for a 404 if the company is known: the cloud may answer a wrong key like this."""
    is_hidden = seen.known_company is not None and _kind(seen.login) in {Kind.NO_ENDPOINT, Kind.RECORD_GONE}
    return logins.wrong_keys(seen.typed) if is_hidden else None


def _login_is_refused(seen: Observation) -> Diagnosis | None:
    return _refused(seen) if isinstance(seen.login, Response) else None


def _test_ended_early(_: Observation) -> Diagnosis:
    return failed(None, "The test ended too early.", "Test the connection again.")


LOGIN_RULES: Final[tuple[Rule, ...]] = (
    _site_is_unreachable,
    _login_fails_temporarily,
    _answer_names_the_cause,
    _company_is_at_another_site,
    _company_is_unknown,
    _company_is_written_differently,
    _site_redirects,
    _site_is_not_connectwise,
    _login_is_hidden,
    _login_is_refused,
    _test_ended_early,
)


# Stage 2: the lists. All other records belong to companies.


def _companies_are_unreachable(seen: Observation) -> Diagnosis | None:
    return _unreachable(seen.companies)


def _list_refuses_the_login(seen: Observation) -> Diagnosis | None:
    reply = seen.companies
    is_refusal = isinstance(reply, Response) and kind_of(reply) in logins.KINDS
    return logins.refused(reply, seen.typed) if is_refusal and isinstance(reply, Response) else None


def _companies_are_refused(seen: Observation) -> Diagnosis | None:
    clients = seen.lists.get("clients")
    if clients is None or clients.access != Access.REFUSED:
        return None
    problem = "The keys are right, but the API member may not read companies, which other records belong to."
    return Diagnosis(ok=False, problem=problem, remedy=clients.remedy, lists=seen.lists)


def _connection_works(seen: Observation) -> Diagnosis | None:
    if not seen.lists:
        return None
    name = (seen.known_company.company_name if seen.known_company else "") or seen.typed.company_id
    return Diagnosis(ok=True, agent=name, advice=tuple(permissions.advice(seen.rights)), lists=seen.lists)


LIST_RULES: Final[tuple[Rule, ...]] = (
    _companies_are_unreachable,
    _list_refuses_the_login,
    _companies_are_refused,
    _connection_works,
    _test_ended_early,
)


# What the rules share.


def _kind(reply: Reply) -> Kind | None:
    return kind_of(reply) if isinstance(reply, Response) else None


def _refused(seen: Observation) -> Diagnosis | None:
    return logins.refused(seen.login, seen.typed) if isinstance(seen.login, Response) else None


def _unreachable(reply: Reply) -> Diagnosis | None:
    if not isinstance(reply, OutboundError):
        return None
    names = reply.certificate.names if reply.certificate else ()
    fix = _address_fix(f"https://{names[0]}") if len(names) == 1 else None
    return failed("site", *messages.for_transport_error(reply), fix)


def _temporary(reply: Reply) -> Diagnosis | None:
    match _kind(reply):
        case Kind.RATE_LIMITED if isinstance(reply, Response):
            seconds = round(wait_after(reply))
            again = f"Test again in {seconds} second{'' if seconds == 1 else 's'}."
            return failed(None, "ConnectWise's request limit is used up.", f"Your values aren't the cause. {again}")
        case Kind.INTERNAL_PROBLEM if isinstance(reply, Response):
            return failed(None, messages.INTERNAL.format(status=reply.status), WAIT)
        case _:
            return None


def _redirected(site: str, response: Response) -> Diagnosis:
    fix = _address_fix(response.headers.get("location", ""))
    if fix is None or host_of(fix.changes["site"]) == host_of(site):
        problem = f"The Site redirects to another page (status {response.status})."
        return failed("site", problem, CHECK_SITE)
    problem = f"The Site redirects to {host_of(fix.changes['site'])}."
    return failed("site", problem, f"Use that address if it is yours. {CHECK_SITE}", fix)


def _address_fix(text: str) -> Fix | None:
    """Return a fix that sets the site to the address in `text`, if it is valid."""
    try:
        address = parse_address(text).address
    except ValueError:
        return None
    return None if "*" in address else Fix(f"Use {address}", {"site": address})
