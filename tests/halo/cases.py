"""Everything that can go wrong when connecting Halo: setup, typed values, and the expected diagnosis.

`{halo}` is the sandbox's address, `{other}` the same sandbox under another host name, and `{closed}` an
address where nothing listens.
"""

# ruff: noqa: E501  # a table: one row, one line
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

NOTHING: Mapping[str, Any] = MappingProxyType({})
Fault = dict[str, Any]


class Case(NamedTuple):
    """`problem` and `remedy` are words that must be told, `fix` is what its button changes."""

    about: str
    field: str | None
    problem: str
    remedy: str
    fix: dict[str, str] | None = None
    typed: Mapping[str, str] = NOTHING
    faults: tuple[Fault, ...] = ()
    knobs: Mapping[str, Any] = NOTHING
    tenant: Mapping[str, Any] = NOTHING
    hosted: bool = False


def status(number: int, on: str, body: str = "", **rest: Any) -> Fault:
    return {"what": "status", "status": number, "on": on, "body": body, **rest}


def fault(what: str, on: str, **rest: Any) -> Fault:
    return {"what": what, "on": on, **rest}


def both(address: str) -> dict[str, str]:
    return {"base_url": address, "auth_server": f"{address}/auth"}


BASE, SERVER, TENANT = "base_url", "auth_server", "tenant"
COMPARE = "Compare it with Resource Server in Halo: Configuration → Integrations → HaloPSA API"
KEEP = "Leave Auth Server as it was filled in, unless you run a separate authorisation server"
REACHABLE = "must be reachable from the internet, with a valid SSL certificate"
EXAMPLE = "https://yourcompany.halopsa.com"
ABOUT_15 = "Connection and token requests time out after about 15 seconds"
REGENERATE = "Regenerate the secret in your HaloPSA API application"
BLANK = "Leave Tenant Name blank for single-tenant or on-premises Halo"
IN_FULL = "For hosted (multi-tenant) Halo, Tenant Name is required"
AS_AGENT = "set Login Type to Agent"
NOT_HALO = "It doesn't look like Halo"
NAMED = {SERVER: "{halo}/auth"}
# The API lives at 127.0.0.1, the tokens at localhost, and neither does the other's work.
APART = (status(404, "/api/*", host="localhost"), status(405, "token", host="127.0.0.1"))
TOLD_APART = {"authinfo": {"auth_url": "{other}/auth"}}
ELSEWHERE = {"authinfo": {"auth_url": "https://nowhere.example/auth"}}

ADDRESSES = [
    Case("no host", BASE, "This isn't a valid address", EXAMPLE, typed={BASE: "https://"}),
    Case("two addresses", BASE, "This isn't a valid address", EXAMPLE, typed={BASE: "a.example b.example"}),
    Case("a user beside the host", SERVER, "isn't a valid address", EXAMPLE, typed={SERVER: "u@a.example"}),
    Case("host not found", BASE, "The portal can't reach nowhere.example", COMPARE, typed=both("https://nowhere.example")),
    Case("not https", BASE, "halo.example isn't an https", "https://", typed=both("http://halo.example")),
    Case("private address", BASE, "The portal can't reach", REACHABLE, typed=both("https://127.0.0.2")),
    Case("private name", BASE, "The portal can't reach inside.example", REACHABLE, typed=both("https://inside.example")),
    Case("refused", BASE, "refused the connection", REACHABLE, typed=both("{closed}")),
    Case("timed out", BASE, "didn't respond in time", ABOUT_15, faults=(fault("slow", "any", seconds=5.0),)),
    Case("never ends", BASE, "didn't respond in time", ABOUT_15, faults=(fault("drip", "any", seconds=0.05),)),
    Case("breaks off", BASE, "closed the connection in the middle of its response", "try again", faults=(fault("reset", "any"),)),
    Case("auth server not found", SERVER, "Auth Server is {halo}/auth", KEEP, NAMED, {SERVER: "https://nowhere.example/auth"}),
    Case("auth server refuses", SERVER, "Auth Server is {halo}/auth", KEEP, NAMED, {SERVER: "{closed}/auth"}),
    Case("auth server is private", SERVER, "The portal can't reach 127.0.0.2", REACHABLE, typed={SERVER: "https://127.0.0.2/auth"}, faults=(status(401, "token"),)),
    Case("auth server not found either", SERVER, "The portal can't reach nowhere.example", "Authorisation Server in Halo", knobs=ELSEWHERE, typed={SERVER: "https://nowhere.example/auth"}, faults=(status(404, "token"),)),
]  # fmt: skip
BASES = [
    Case("a web page", BASE, f"with a web page. {NOT_HALO}", COMPARE, faults=(fault("html", "any"),)),
    Case("other JSON", BASE, f"JSON that isn't Halo's. {NOT_HALO}", COMPARE, faults=(status(200, "any", '{"ok":1}'),)),
    Case("no JSON", BASE, "something that isn't JSON", COMPARE, faults=(status(200, "any", "hello"),)),
    Case("status 404", BASE, f"status 404. {NOT_HALO}", COMPARE, faults=(status(404, "any"),)),
    Case("redirect", BASE, "redirects to acme.halopsa.com", COMPARE, {BASE: "https://acme.halopsa.com"}, faults=(fault("redirect", "any", location="https://acme.halopsa.com/login"),)),
    Case("redirect in the house", BASE, "redirects to another page (status 302)", COMPARE, faults=(fault("redirect", "any", location="/login"),)),
    Case("too large", BASE, f"with a web page. {NOT_HALO}", COMPARE, faults=(fault("huge", "authinfo"), fault("html", "agent"))),
    Case("Halo is at the auth server", BASE, "Halo is at 127.0.0.1:", "Data calls go to the Base URL", {BASE: "{halo}"}, {BASE: "{other}"}, (status(404, "/api/*", host="localhost"),)),
    Case("swapped", SERVER, "Base URL and Auth Server are swapped", KEEP, {BASE: "{halo}", SERVER: "{other}/auth"}, {BASE: "{other}", SERVER: "{halo}/auth"}, APART, TOLD_APART),
    Case("swapped, and a wrong secret", SERVER, "swapped", KEEP, {BASE: "{halo}", SERVER: "{other}/auth"}, {BASE: "{other}", SERVER: "{halo}/auth", "client_secret": "x"}, APART, TOLD_APART),
]  # fmt: skip
SERVERS = [
    Case("tokens come from elsewhere", SERVER, "Auth Server is {other}/auth", KEEP, {SERVER: "{other}/auth"}, faults=APART, knobs=TOLD_APART),
    Case("/auth missing", SERVER, "Auth Server is {halo}/auth", KEEP, NAMED, {SERVER: "{halo}"}),
    Case("/auth doubled", SERVER, "Auth Server is {halo}/auth", KEEP, NAMED, {SERVER: "{halo}/auth/auth"}),
    Case("/auth missing at a separate one", SERVER, "must end in /auth, exactly once", "Authorisation Server in Halo", {SERVER: "{other}/auth"}, {SERVER: "{other}"}, (status(405, "token", host="127.0.0.1"),)),
    Case("the token page is away", SERVER, "doesn't issue tokens", KEEP, faults=(status(404, "token"),)),
    Case("the token page forwards", SERVER, "doesn't issue tokens", KEEP, faults=(fault("redirect", "token"),)),
    Case("an empty token answer", SERVER, "an empty response instead of a token", "try again", faults=(fault("empty", "token"),)),
    Case("a truncated token answer", SERVER, "incomplete JSON instead of a token", "try again", faults=(fault("truncated", "token"),)),
    Case("a token answer too large", SERVER, "too large to be Halo's", "Authorisation Server", faults=(fault("huge", "token"),)),
    Case("a token answer too late", SERVER, "didn't respond in time", ABOUT_15, faults=(fault("slow", "token", seconds=5.0),)),
    Case("a token of another Halo", SERVER, "Auth Server is https://nowhere.example/auth", KEEP, {SERVER: "https://nowhere.example/auth"}, knobs=ELSEWHERE, faults=(status(401, "agent"),)),
]  # fmt: skip
CREDENTIALS = [
    Case("wrong secret", "client_secret", "does not accept this Client ID or Client Secret", REGENERATE, typed={"client_secret": "wrong"}),
    Case("wrong id", "client_secret", "does not accept", "may change at the first save", typed={"client_id": "other"}),
    Case("no secret", "client_secret", "does not accept", "shows the secret only once", typed={"client_secret": ""}),
    Case("status 400", "client_secret", "does not accept", "without trailing spaces", faults=(status(400, "token"),)),
    Case("wrong, and no authinfo", "client_secret", "does not accept", REGENERATE, typed={"client_id": "x"}, faults=(status(404, "authinfo"),)),
    Case("blank behind the id", "client_id", "spaces or invisible characters around the Client ID", "without trailing spaces", {"client_id": "acme-client-id"}, {"client_id": "acme-client-id \u200b"}),
    Case("blank behind a wrong id", "client_id", "around the Client ID", REGENERATE, {"client_id": "x"}, {"client_id": "x "}),
    Case("blank behind the secret", "client_secret", "around the Client Secret", "without trailing spaces", typed={"client_secret": "acme-client-secret\n"}),
    Case("other authentication method", None, "isn't set up to log in with a Client Secret", "set Authentication Method to Client ID and Secret", faults=(status(400, "token", '{"error":"unauthorized_client"}'),)),
    Case("scope not granted", None, "doesn't have the requested permissions", "on its Permissions tab", faults=(status(400, "token", '{"error":"invalid_scope"}'),)),
    Case("tenant missing", TENANT, "needs to know the tenant", IN_FULL, hosted=True),
    Case("tenant missing, told as JSON", TENANT, "needs to know", IN_FULL, knobs={"tenant_error": "json"}, hosted=True),
    Case("tenant missing, but known", TENANT, "tenant is acme", IN_FULL, {TENANT: "acme"}, knobs={"authinfo": {"auth_url": "{halo}/auth", "tenant_id": "acme"}}, hosted=True),
    Case("tenant wrong", TENANT, "may not know the tenant acmee", "letter by letter", typed={TENANT: "acmee"}, hosted=True),
    Case("tenant wrong, but known", TENANT, "tenant is acme", "letter by letter", {TENANT: "acme"}, {TENANT: "acmee"}, knobs={"strict_tenant": True}),
    Case("tenant typed without need", TENANT, "doesn't know the tenant acmee and works without one", BLANK, {TENANT: ""}, {TENANT: "acmee"}, knobs={"strict_tenant": True, "authinfo": {"auth_url": "{halo}/auth"}}),
]  # fmt: skip
AGENTS = [
    Case("login type is user", None, "doesn't log in as an agent", AS_AGENT, tenant={"login_type": "user"}),
    Case("login type is user, opaque", None, "agent or role lacks permissions (403)", AS_AGENT, tenant={"login_type": "user"}, knobs={"opaque_tokens": True}),
    Case("a profile of no agent", None, "doesn't log in as an agent", AS_AGENT, knobs={"profile": {"is_agent": False}}),
    Case("profile refused", None, "agent or role lacks permissions (403)", "open Configuration → Integrations → HaloPSA API → View Applications", faults=(status(403, "agent"),)),
    Case("token refused", None, "lacks permissions", "grant the access your sync needs on its Permissions tab", faults=(status(401, "agent"),)),
    Case("no API there", BASE, f"status 404. {NOT_HALO}", COMPARE, faults=(status(404, "agent"),)),
    Case("profile is a page", BASE, f"a web page. {NOT_HALO}", COMPARE, faults=(fault("html", "agent"),)),
    Case("profile breaks off", BASE, f"incomplete JSON. {NOT_HALO}", COMPARE, faults=(fault("truncated", "agent"),)),
    Case("profile is empty", BASE, f"an empty response. {NOT_HALO}", COMPARE, faults=(fault("empty", "agent"),)),
    Case("profile is a list", BASE, f"JSON that isn't Halo's. {NOT_HALO}", COMPARE, faults=(status(200, "agent", "[]"),)),
    Case("profile too large", BASE, "too large to be Halo's", COMPARE, faults=(fault("huge", "agent"),)),
    Case("profile too late", BASE, "didn't respond in time", ABOUT_15, faults=(fault("slow", "agent", seconds=5.0),)),
    Case("profile never ends", BASE, "didn't respond in time", ABOUT_15, faults=(fault("drip", "agent", seconds=0.05),)),
    Case("permission lacks for clients", None, "doesn't let it read clients", "grant read:customers on its Permissions tab", tenant={"scopes": ["read:items"]}),
    Case("role lacks clients", None, "API Sync, but Halo doesn't let it read clients", "the role of its agent API Sync does not", tenant={"refused": ["clients"]}),
    Case("clients refused, opaque", None, "doesn't let it read clients", "Permissions tab", tenant={"refused": ["clients"]}, knobs={"opaque_tokens": True}),
]  # fmt: skip
PASSING = [
    Case(
        "limit at the token page",
        None,
        "request limit is used up",
        "in 90 seconds",
        faults=(fault("rate_limit", "token", seconds=90.0),),
        knobs={"retry_after": "seconds"},
    ),
    Case(
        "limit at the profile",
        None,
        "request limit is used up",
        "in a few minutes",
        faults=(fault("rate_limit", "agent"),),
    ),
    Case(
        "limit everywhere",
        None,
        "request limit is used up",
        "in a few minutes",
        faults=(fault("rate_limit", "any"),),
    ),
    Case(
        "500 at the token page",
        None,
        "an internal problem (status 500)",
        "try again",
        faults=(status(500, "token"),),
    ),
    Case(
        "504 at the profile", None, "an internal problem (status 504)", "try again", faults=(status(504, "agent"),)
    ),
    Case("503 everywhere", None, "an internal problem (status 503)", "try again", faults=(status(503, "any"),)),
]  # fmt: skip
CASES = [*ADDRESSES, *BASES, *SERVERS, *CREDENTIALS, *AGENTS, *PASSING]
