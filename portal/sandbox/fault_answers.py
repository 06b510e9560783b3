"""Responses that faults replace or alter, whatever the PSA."""

from __future__ import annotations

from dataclasses import replace

from portal.sandbox.faults import Fault
from portal.sandbox.http import Response, html_response

JSON = "application/json; charset=utf-8"
_MAINTENANCE = "<!DOCTYPE html><html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>"


def replacement_for(fault: Fault) -> Response | None:
    """Return what replaces the PSA's response; None for faults that keep or merely alter it."""
    if fault.what == "status":
        return Response(fault.status, fault.body.encode(), JSON if fault.body else "")
    if fault.what == "html":
        return html_response(_MAINTENANCE)
    if fault.what == "empty":
        return Response(200, content_type=JSON)
    if fault.what == "redirect":
        status = fault.status if 300 <= fault.status < 400 else 302
        return Response(status, headers={"Location": fault.location or "https://elsewhere.example/login"})
    return None


def cut(response: Response) -> Response:
    """Cut the body in half, in a valid HTTP response: the JSON ends in the middle."""
    return replace(response, body=response.body[: len(response.body) // 2])
