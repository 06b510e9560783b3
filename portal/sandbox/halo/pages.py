"""Halo's endpoints: public ones, the token endpoint, and those that need a token and permissions."""

from __future__ import annotations

from dataclasses import dataclass

from portal.sandbox.faults import Fault
from portal.sandbox.halo.auth import token_answer
from portal.sandbox.halo.custom_fields import in_detail, in_list
from portal.sandbox.halo.fault_answers import corrupted_fields, corrupted_list
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.lists import list_answer
from portal.sandbox.halo.lookups import lookup
from portal.sandbox.halo.open_pages import agent_profile, authinfo, instanceinfo
from portal.sandbox.halo.parameters import whole
from portal.sandbox.halo.rate_limit import refusal
from portal.sandbox.halo.record_types import RecordType
from portal.sandbox.halo.routes import Target
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.halo.tickets import answered
from portal.sandbox.halo.tokens import Token
from portal.sandbox.halo.views import shown_detail, shown_list
from portal.sandbox.http import Request, Response, json_response

# All of these have empty bodies (halo-api.md section 5).
_NO_ACCESS = Response(401)
_FORBIDDEN = Response(403)
_NOT_FOUND = Response(404)
_NOT_ALLOWED = Response(405)


@dataclass(frozen=True)
class HaloRequest:
    """A request, its target, and the faults that apply to it."""

    request: Request
    target: Target
    bearer: str
    faults: tuple[Fault, ...]


def answer(instance: Instance, call: HaloRequest) -> tuple[Tenant | None, Response]:
    """Return the tenant, if known, and Halo's response."""
    request, kind = call.request, call.target.kind
    if kind == "token" and request.method == "POST":
        return token_answer(request, instance.tenants, hosted=instance.hosted, knobs=instance.knobs)
    if request.method != "GET":
        return None, _NOT_ALLOWED
    if kind == "authinfo":
        name = None if instance.hosted else instance.tenants[0].name
        return None, json_response(authinfo(instance.url, name, instance.knobs))
    if kind == "instanceinfo":
        return None, json_response(instanceinfo(instance.url, instance.knobs))
    return _authenticated(instance, call)


def _authenticated(instance: Instance, call: HaloRequest) -> tuple[Tenant | None, Response]:
    """Check the token, then the rate limit."""
    knobs = instance.knobs
    tenant = instance.owner(call.bearer)
    token = tenant.tokens.use(call.bearer, knobs) if tenant else None
    nameless = knobs.require_user_agent and not call.request.headers.get("user-agent")
    if tenant is None or token is None or nameless:
        return tenant, _NO_ACCESS
    wait = tenant.quota.take(knobs.quota, knobs.quota_window)
    if wait is not None:
        return tenant, refusal(knobs, wait, instance.clock.now())
    return tenant, _permitted(instance, call, tenant, token)


def _permitted(instance: Instance, call: HaloRequest, tenant: Tenant, token: Token) -> Response:
    target = call.target
    if tenant.settings.login_type == "user":  # for every endpoint (section 1.4)
        return _FORBIDDEN
    if target.record_type:
        # Two more permissions: the application's, and that of the agent's role (halo-api.md section 5).
        name = target.record_type.name
        if not token.covers(target.record_type.scope) or name in tenant.settings.refused:
            return _FORBIDDEN
        return _records(instance, call, tenant, target.record_type)
    if target.kind == "agent":
        return json_response(agent_profile(instance.knobs))
    if target.kind == "lookup" and target.item:
        return json_response(lookup(target.item, call.request.query, instance.knobs))
    return _NOT_FOUND


def _records(instance: Instance, call: HaloRequest, tenant: Tenant, record_type: RecordType) -> Response:
    item = call.target.item
    if item is None:
        page = list_answer(tenant, record_type, call.request.query, instance.knobs)
        page = in_list(page, record_type, call.request.query, instance.knobs)
        page = corrupted_list(shown_list(page, record_type, instance.knobs, instance.next_answer()), call.faults)
        return page.response()
    if item == "me":  # with an agent's token there is no such contact or client (section 2)
        return _NO_ACCESS if record_type.name == "clients" else _NOT_FOUND
    number = whole({"id": item}, "id", 0)
    if number in tenant.settings.hidden.get(record_type.name, ()) and tenant.settings.hidden_answer != "shown":
        return _FORBIDDEN if tenant.settings.hidden_answer == "forbidden" else _NOT_FOUND
    unseen = record_type.name in tenant.settings.unseen
    fields = None if unseen else answered(tenant, record_type, number, instance.knobs)
    if fields is None:
        return _NOT_FOUND
    fields = in_detail(fields, instance.knobs)
    body = shown_detail(corrupted_fields(fields, call.faults), record_type, instance.knobs, instance.next_answer())
    return Response(200, body, "application/json; charset=utf-8")
