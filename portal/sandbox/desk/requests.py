"""The Requests section: the latest requests to the simulated PSA."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from portal.sandbox.desk.desk_request import DeskRequest, Form, FormResult, PageNotFound
from portal.sandbox.desk.render import page

_SHOWN = 100


def show(desk_request: DeskRequest) -> str:
    """Show the page. Raises PageNotFound for any path below it."""
    if len(desk_request.path) > 1:
        raise PageNotFound
    journal = desk_request.psa.journal
    return page(desk_request, "requests.html", entries=journal.newest(_SHOWN), counts=journal.counts(), most=_SHOWN)


def _forget(desk_request: DeskRequest, form: Form) -> FormResult:
    del form
    desk_request.psa.journal.reset()
    return FormResult("Journal cleared.")


VERBS: Final[dict[str, Callable[[DeskRequest, Form], FormResult]]] = {"forget_requests": _forget}
