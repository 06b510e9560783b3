"""The Requests section: what was asked of this Halo lately."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from portal.sandbox.halo.desk.render import page
from portal.sandbox.halo.desk.visit import Done, Form, Missing, Visit

_SHOWN = 100


def show(visit: Visit) -> str:
    """Missing for any page below."""
    if len(visit.path) > 1:
        raise Missing
    journal = visit.instance.journal
    return page(visit, "requests.html", entries=journal.newest(_SHOWN), counts=journal.counts(), most=_SHOWN)


def _forget(visit: Visit, form: Form) -> Done:
    del form
    visit.instance.journal.reset()
    return Done("Journal cleared.")


VERBS: Final[dict[str, Callable[[Visit, Form], Done]]] = {"forget_requests": _forget}
