"""The token endpoint and its refusals (halo-api.md sections 1.2 and 1.3)."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from portal.sandbox.halo.open_pages import AGENT_ID
from portal.sandbox.halo.settings import Knobs
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.http import Request, Response, html_response, json_response

_READ_OR_EDIT = (
    "tickets calendar customers crm timesheets contracts suppliers items projects sales quotes sos pos invoices "
    "reporting software softwarelicensing kb assets"
)
# halo-api.md section 7
SCOPES = frozenset(
    {"all", "all:standard", "admin", "editMine:timesheets", "access:chat", "access:adpasswordreset"}
    | {f"{verb}:{noun}" for verb in ("read", "edit") for noun in _READ_OR_EDIT.split()}
)

INVALID_CLIENT = {
    "error": "invalid_client",
    "error_description": "The specified client credentials are invalid.",
    "error_uri": "https://documentation.openiddict.com/errors/ID2055",
}
_LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Log in</title></head><body>"
    "<form method='post'><h1>Log in</h1><input name='username'><input name='password' type='password'>"
    "</form></body></html>"
)


def token_answer(
    request: Request, tenants: Sequence[Tenant], *, hosted: bool, knobs: Knobs
) -> tuple[Tenant | None, Response]:
    """Return the tenant, if known, and the response."""
    form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    named = request.query.get("tenant") or form.get("tenant", "")
    tenant = _tenant(named, tenants, must_fit=hosted or (knobs.strict_tenant and bool(named)))
    if tenant is None:
        return None, _wrong_tenant(knobs)
    if form.get("grant_type") != "client_credentials":
        return tenant, json_response({"error": "unsupported_grant_type"}, status=400)
    nameless = knobs.require_user_agent and not request.headers.get("user-agent")
    known = (tenant.settings.client_id, tenant.settings.client_secret)
    if nameless or _credentials(request.headers, form) != known:
        return tenant, json_response(INVALID_CLIENT, status=401)
    wanted = frozenset(form.get("scope", "all").split())
    if not wanted <= SCOPES:
        return tenant, json_response({"error": "invalid_scope"}, status=400)
    claims = None if knobs.opaque_tokens else _claims(tenant, knobs)
    token = tenant.tokens.issue(_granted(wanted, tenant), claims, alone=knobs.single_token)
    expires_in = int(knobs.token_lifetime) if knobs.expires_in is None else knobs.expires_in
    return tenant, json_response({"access_token": token.value, "token_type": "Bearer", "expires_in": expires_in})


def _claims(tenant: Tenant, knobs: Knobs) -> dict[str, Any]:
    """Return claims for the application, and for the agent that it logs in as, if any."""
    claims = {"client_id": tenant.settings.client_id}
    if tenant.settings.login_type == "user":
        return claims
    return {**claims, "agent_id": knobs.profile.get("id", AGENT_ID)}


def _tenant(name: str, tenants: Sequence[Tenant], *, must_fit: bool) -> Tenant | None:
    """Find the tenant. A single-tenant address needs no name, and usually ignores it."""
    if not must_fit:
        return tenants[0]
    return next((tenant for tenant in tenants if tenant.name == name), None)


def _wrong_tenant(knobs: Knobs) -> Response:
    """Return the response seen for a wrong tenant: a log-in page with status 200."""
    if knobs.tenant_error == "html":
        return html_response(_LOGIN_PAGE)
    return json_response({"error": "invalid_request"}, status=400)


def _credentials(headers: Mapping[str, str], form: Mapping[str, str]) -> tuple[str, str]:
    """Read the credentials from HTTP Basic (form-encoded, as in OAuth) if present, or else from the form."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        name, _, secret = b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _granted(wanted: frozenset[str], tenant: Tenant) -> frozenset[str]:
    """Remove scopes that the application does not have."""
    owned = frozenset(tenant.settings.scopes)
    everything = {"all", "all:standard"}
    if not wanted.isdisjoint(everything):
        return owned
    return wanted if not owned.isdisjoint(everything) else wanted & owned
