"""The desk's addresses: GET shows a page, POST does what a form on it asks and leads back to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import quote, unquote

from portal.sandbox.halo.desk import assets, overview, requests
from portal.sandbox.halo.desk.faults import page as faults
from portal.sandbox.halo.desk.records import pages as records
from portal.sandbox.halo.desk.render import page, response
from portal.sandbox.halo.desk.switches import page as behavior
from portal.sandbox.halo.desk.visit import DESK, Done, Form, Missing, Refusal, Visit
from portal.sandbox.halo.desk.webhooks import page as webhooks
from portal.sandbox.halo.instance import Instance
from portal.sandbox.http import Request, Response

_SENT_WITHIN = 1.0  # seconds that an answer waits, so that the page can show how the deliveries went
_LONGEST_NOTICE = 500

_PAGES: dict[str, Callable[[Visit], str]] = {
    "": overview.show,
    "records": records.show,
    "behavior": behavior.show,
    "faults": faults.show,
    "webhooks": webhooks.show,
    "requests": requests.show,
}
_VERBS: dict[str, Callable[[Visit, Form], Done]] = {
    **overview.VERBS,
    **records.VERBS,
    **behavior.VERBS,
    **faults.VERBS,
    **webhooks.VERBS,
    **requests.VERBS,
}


def is_desk(path: str) -> bool:
    return path == DESK or path.startswith(f"{DESK}/")


def desk(instance: Instance, request: Request) -> Response:
    """Answer 404 for what is not there, 400 for a form that makes no sense, with the reason on the page."""
    path = tuple(request.path.removeprefix(DESK).strip("/").split("/"))
    try:
        if path[0] == "static":
            return assets.asset("/".join(path[1:]))
        visit = Visit(instance, instance.tenant(request.query.get("tenant")), path, request.query)
    except KeyError:
        nobody = Visit(instance, instance.tenants[0], ("",), problem="This Halo has no tenant with that name.")
        return response(overview.show(nobody), status=404)
    except Missing:
        return Response(404)
    if request.method == "POST":
        return _do(visit, Form.of(request.body))
    if request.method != "GET":
        return Response(405)
    notice = _notice(request.headers)
    return _shown(replace(visit, notice=notice))


def _do(visit: Visit, form: Form) -> Response:
    try:
        verb = _VERBS.get(form.text("do"))
        if verb is None:
            raise Refusal("The desk doesn't recognize this form. Reload the page and try again.")
        done = verb(visit, form)
    except Refusal as refusal:
        return _shown(replace(visit, problem=str(refusal), typed=form), status=400)
    visit.instance.webhooks.sender.flush(_SENT_WITHIN)
    cookie = f"notice={quote(done.message[:_LONGEST_NOTICE])}; Path={DESK}; SameSite=Strict; HttpOnly; Max-Age=60"
    return Response(303, headers={"Location": done.go_to or visit.here, "Set-Cookie": cookie})


def _shown(visit: Visit, *, status: int = 200) -> Response:
    try:
        text = _PAGES.get(visit.path[0], _nothing)(visit)
    except Missing:
        problem = visit.problem or "This page doesn't exist, or the record was deleted."
        return response(page(replace(visit, problem=problem), "missing.html"), status=404)
    return response(text, status=status, forget_notice=bool(visit.notice))


def _nothing(visit: Visit) -> str:
    raise Missing(visit.path)


def _notice(headers: Mapping[str, str]) -> str:
    for each in headers.get("cookie", "").split(";"):
        name, _, value = each.strip().partition("=")
        if name == "notice":
            return unquote(value)
    return ""
