"""Handles a request: applies planned faults, computes the response, and records it in the journal."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import NamedTuple

from portal.sandbox.encodings import encoded
from portal.sandbox.fault_answers import cut
from portal.sandbox.faults import DELIVERY, Fault
from portal.sandbox.halo.fault_answers import replacement_for
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.pages import HaloRequest, answer
from portal.sandbox.halo.parameters import BadValueError, page_number
from portal.sandbox.halo.routes import Target, route
from portal.sandbox.http import Request, Response, json_response


class FaultyResponse(NamedTuple):
    """A response, and the faults to apply while it is sent."""

    response: Response
    faults: tuple[Fault, ...] = ()


def reply(instance: Instance, request: Request, at_once: int = 1) -> FaultyResponse:
    started = time.perf_counter()
    target = route(request.path)
    bearer = _bearer(request)
    tenant = instance.owner(bearer)
    faults = _due(instance, request, target, tenant.name if tenant else None)
    response = _replaced(instance, faults)
    if response is None:
        call = HaloRequest(_earlier_page(request, faults), target, bearer, faults)
        try:
            asked, response = answer(instance, call)
            tenant = tenant or asked
        except BadValueError as problem:
            response = json_response(problem.model_state, status=400)
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
        is_violation=_is_violation(request),
    )
    return FaultyResponse(response, tuple(fault for fault in faults if fault.what in DELIVERY))


def _is_violation(request: Request) -> bool:
    """Only GET and the token POST may ever reach Halo. A wrong Auth Server can send the POST to another path."""
    path = request.path.lower()
    asks_for_token = request.method == "POST" and path.endswith("/token") and not path.startswith("/api/")
    return request.method != "GET" and not asks_for_token


def _bearer(request: Request) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value if scheme.lower() == "bearer" else ""


def _due(instance: Instance, request: Request, target: Target, tenant: str | None) -> tuple[Fault, ...]:
    page = page_number(request.query)
    host = request.headers.get("host", "").rpartition(":")[0]
    now = instance.clock.now()
    return tuple(
        instance.faults.due(kind=target.kind, path=request.path, page=page, tenant=tenant, host=host, now=now)
    )


def _replaced(instance: Instance, faults: tuple[Fault, ...]) -> Response | None:
    for fault in faults:
        response = replacement_for(fault, instance.knobs, instance.clock.now())
        if response is not None:
            return response
    return None


def _earlier_page(request: Request, faults: tuple[Fault, ...]) -> Request:
    """For `repeated_page`: return the page before the requested one (halo-api.md section 3.2)."""
    if not any(fault.what == "repeated_page" for fault in faults):
        return request
    earlier = max(page_number(request.query) - 1, 1)
    return replace(request, query={**request.query, "page_no": str(earlier)})
