"""Handles a request: applies planned faults, computes the response, and records it in the journal."""

from __future__ import annotations

import time
from bisect import bisect_right
from dataclasses import replace
from typing import Final

from portal.sandbox.connectwise.auth import CANNOT_ROUTE, company_named, keys_of, problem_of
from portal.sandbox.connectwise.between_pages import stir
from portal.sandbox.connectwise.fault_answers import corrupted, replacement_for
from portal.sandbox.connectwise.instance import Instance
from portal.sandbox.connectwise.open_pages import company_info, system_info
from portal.sandbox.connectwise.pages import Call, answer
from portal.sandbox.connectwise.problems import Refused, no_endpoint, no_permission, refusal
from portal.sandbox.connectwise.rate_limit import throttled
from portal.sandbox.connectwise.routes import ROUTER, Target, route
from portal.sandbox.connectwise.tenant import Tenant
from portal.sandbox.encodings import encoded
from portal.sandbox.fault_answers import cut
from portal.sandbox.faults import DELIVERY, Fault
from portal.sandbox.http import Request, Response, html_response, json_response

_BUSY_WAIT: Final = 30.0  # seconds, when too many requests are under way


def reply(instance: Instance, request: Request, at_once: int) -> tuple[Response, tuple[Fault, ...]]:
    """Return the response, and the faults to apply while it is sent."""
    started = time.perf_counter()
    target = route(request.path)
    keys = keys_of(request)
    tenant = company_named(keys.company_id, instance.tenants, instance.knobs) if keys else None
    faults = _due(instance, request, target, tenant)
    response = next((each for fault in faults if (each := replacement_for(fault, instance))), None)
    if response is None:
        response = corrupted(_answer(instance, _earlier(request, faults), target, tenant, at_once), faults)
        if any(fault.what == "truncated" for fault in faults):
            response = cut(response)
    for fault in faults:
        response = encoded(response, fault)
    instance.journal.add(
        request,
        status=response.status,
        time=instance.clock.now(),
        ms=(time.perf_counter() - started) * 1000,
        tenant=tenant.name if tenant else None,
        kind=target.kind,
        fault=", ".join(fault.what for fault in faults) or None,
        retry_after=response.headers.get("Retry-After"),
        at_once=at_once,
        is_violation=request.method != "GET",
    )
    return response, tuple(fault for fault in faults if fault.what in DELIVERY)


def _answer(instance: Instance, request: Request, target: Target, tenant: Tenant | None, at_once: int) -> Response:
    knobs = instance.knobs
    if len(request.path) + len(request.query_string) + 1 > knobs.longest_url:
        return html_response("<h2>414 - The request URL is too long.</h2>", status=414)
    if knobs.ssl_required:
        return refusal(knobs.ssl_required, "Security", "SSL is required.", errors=None)
    if target.kind == "companyinfo":
        return _company(instance, target)
    if target.kind == "callbackkey":
        return _key(instance, request)
    if target.codebase not in {ROUTER, knobs.codebase.strip("/").lower()}:
        return CANNOT_ROUTE if target.codebase.startswith("v4_6_release/") else no_endpoint()
    if target.kind == "info" and not knobs.info_needs_login:
        return json_response(system_info(knobs))
    return _authenticated(instance, request, target, tenant, at_once)


def _authenticated(
    instance: Instance, request: Request, target: Target, tenant: Tenant | None, at_once: int
) -> Response:
    """Check the keys, then the limits."""
    knobs = instance.knobs
    problem = problem_of(request, keys_of(request), tenant, knobs)
    if problem or tenant is None:
        return problem or CANNOT_ROUTE
    if request.method != "GET":
        return Response(403) if request.method == "HEAD" else no_permission()
    if knobs.most_at_once and at_once > knobs.most_at_once:
        return throttled(knobs, _BUSY_WAIT, instance.clock.now())
    wait = tenant.quota.take(knobs.quota, knobs.quota_window)
    if wait is not None:
        return throttled(knobs, wait, instance.clock.now())
    return _permitted(instance, request, target, tenant)


def _permitted(instance: Instance, request: Request, target: Target, tenant: Tenant) -> Response:
    try:
        response = answer(Call(instance, tenant, request, target))
    except Refused as refused:
        return refused.response
    if target.record_type and target.item is None and response.status == 200:
        stir(instance, tenant, target.record_type.name)
    return replace(
        response, headers={**response.headers, "api-current-version": instance.knobs.version.removeprefix("v")}
    )


def _company(instance: Instance, target: Target) -> Response:
    tenant = company_named(target.item or "", instance.tenants, instance.knobs)
    if tenant:
        return json_response(company_info(tenant, instance.url, instance.knobs))
    return json_response(None) if instance.knobs.unknown_company == "null" else Response(404)


def _key(instance: Instance, request: Request) -> Response:
    tenant = company_named(request.query.get("companyname", ""), instance.tenants, instance.knobs)
    return json_response({"signing_key": tenant.signing_key}) if tenant else Response(404)


def _due(instance: Instance, request: Request, target: Target, tenant: Tenant | None) -> tuple[Fault, ...]:
    host = request.headers.get("host", "").rpartition(":")[0]
    return tuple(
        instance.faults.due(
            kind=target.kind,
            path=request.path,
            page=_page(instance, request, target, tenant),
            tenant=tenant.name if tenant else None,
            host=host,
            now=instance.clock.now(),
        )
    )


def _page(instance: Instance, request: Request, target: Target, tenant: Tenant | None) -> int:
    """Return the page's number, which for forward-only paging follows from the rows before it."""
    page, page_id = request.query.get("page", ""), request.query.get("pageid", "")
    if _is_number(page_id) and target.record_type and tenant:
        size = request.query.get("pagesize", "")
        rows = tenant.tables[target.record_type.name].rows()
        before = bisect_right(rows, int(page_id), key=lambda row: row.id)
        return before // max(int(size) if _is_number(size) else instance.knobs.default_page_size, 1) + 1
    return max(int(page), 1) if _is_number(page) else 1


def _earlier(request: Request, faults: tuple[Fault, ...]) -> Request:
    """For `repeated_page`: return the page before the requested one."""
    page = request.query.get("page", "")
    if not _is_number(page) or not any(fault.what == "repeated_page" for fault in faults):
        return request
    return replace(request, query={**request.query, "page": str(max(int(page) - 1, 1))})


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 19
