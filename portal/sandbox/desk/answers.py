"""The desk's routes: GET shows a page, POST executes a form and redirects back to the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import quote, unquote

from portal.sandbox.desk import assets, overview, requests
from portal.sandbox.desk.desk_request import DESK, DeskRequest, Form, FormError, FormResult, PageNotFound
from portal.sandbox.desk.faults import page as faults
from portal.sandbox.desk.records import pages as records
from portal.sandbox.desk.render import page, response
from portal.sandbox.desk.simulated_psa import SimulatedPsa
from portal.sandbox.desk.switches import page as behavior
from portal.sandbox.desk.webhooks import page as webhooks
from portal.sandbox.http import Request, Response

# Returns the tenant with a name, or the first one without a name. Raises KeyError for an unknown one.
PsaOf = Callable[[str | None], SimulatedPsa]

_SENT_WITHIN = 1.0  # seconds to wait for deliveries, so that the page can show their results
_LONGEST_NOTICE = 500

_PAGES: dict[str, Callable[[DeskRequest], str]] = {
    "": overview.show,
    "records": records.show,
    "behavior": behavior.show,
    "faults": faults.show,
    "webhooks": webhooks.show,
    "requests": requests.show,
}
_VERBS: dict[str, Callable[[DeskRequest, Form], FormResult]] = {
    **overview.VERBS,
    **records.VERBS,
    **behavior.VERBS,
    **faults.VERBS,
    **webhooks.VERBS,
    **requests.VERBS,
}


def is_desk(path: str) -> bool:
    return path == DESK or path.startswith(f"{DESK}/")


def desk(psa_of: PsaOf, request: Request) -> Response:
    """Return 404 for an unknown page, and 400 for an invalid form with the reason on the page."""
    path = tuple(request.path.removeprefix(DESK).strip("/").split("/"))
    try:
        if path[0] == "static":
            return assets.asset("/".join(path[1:]))
        desk_request = DeskRequest(psa_of(request.query.get("tenant")), path, request.query)
    except KeyError:
        psa = psa_of(None)
        nobody = DeskRequest(psa, ("",), problem=f"This {psa.description.name} has no tenant with that name.")
        return response(overview.show(nobody), status=404)
    except PageNotFound:
        return Response(404)
    if request.method == "POST":
        return _do(desk_request, Form.of(request.body))
    if request.method != "GET":
        return Response(405)
    notice = _notice(request.headers)
    return _shown(replace(desk_request, notice=notice))


def _do(desk_request: DeskRequest, form: Form) -> Response:
    try:
        verb = _VERBS.get(form.text("do")) or overview.handle(desk_request, form.text("do"))
        if verb is None:
            raise FormError("The desk doesn't recognize this form. Reload the page and try again.")
        done = verb(desk_request, form)
    except FormError as refusal:
        return _shown(replace(desk_request, problem=str(refusal), typed=form), status=400)
    desk_request.psa.webhooks.flush(_SENT_WITHIN)
    cookie = f"notice={quote(done.message[:_LONGEST_NOTICE])}; Path={DESK}; SameSite=Strict; HttpOnly; Max-Age=60"
    return Response(303, headers={"Location": done.go_to or desk_request.here, "Set-Cookie": cookie})


def _shown(desk_request: DeskRequest, *, status: int = 200) -> Response:
    try:
        text = _PAGES.get(desk_request.path[0], _nothing)(desk_request)
    except PageNotFound:
        problem = desk_request.problem or "This page doesn't exist, or the record was deleted."
        return response(page(replace(desk_request, problem=problem), "missing.html"), status=404)
    return response(text, status=status, forget_notice=bool(desk_request.notice))


def _nothing(desk_request: DeskRequest) -> str:
    raise PageNotFound(desk_request.path)


def _notice(headers: Mapping[str, str]) -> str:
    for each in headers.get("cookie", "").split(";"):
        name, _, value = each.strip().partition("=")
        if name == "notice":
            return unquote(value)
    return ""
