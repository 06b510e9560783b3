"""One client of the pairing assistant: choosing its counterpart by a search, and the decisions about it."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.errors import Conflict
from portal.models.switching import ClientPairing
from portal.psa.registry import NAMES
from portal.routes.switching.forms import ChooseForm
from portal.routes.web import current
from portal.routes.web.answers import current_page
from portal.services.pages import pairing_pages
from portal.services.pages.record_lists import as_number
from portal.services.switching import decisions, pairings

bp = Blueprint("client", __name__, url_prefix=f"/clients/<int(max={2**63 - 1}):remote_id>")

# What the buttons do with a client and one of the other PSA.
WITH_OTHER: Final = {"pair": decisions.pair, "reject": decisions.reject}
ALONE: Final = {"without": decisions.mark_without, "undo": decisions.undo}


@bp.get("")
def choose(remote_id: int) -> ResponseReturnValue:
    """Search for the counterpart."""
    pairing, form = _pairing(), ChooseForm(request.args)
    ours = decisions.client(pairing, pairing.source_id, remote_id)
    return render_template(
        "switching/choose.html",
        pairing=pairing,
        row=pairing_pages.row(pairing, ours),
        form=form,
        containing=form.containing,
        found=pairing_pages.search(pairing, form.containing),
        names=NAMES,
    )


@bp.post("/<any(pair, reject):what>")
def decide_with(remote_id: int, what: str) -> ResponseReturnValue:
    """Pair the client with the one that `other` names, or rule that one out."""
    other = as_number(request.form.get("other", "")) or 0  # no client has this number
    try:
        WITH_OTHER[what](_pairing(), remote_id, other, current.user())
    except Conflict as error:  # somebody else was quicker
        flash(f"{error.problem} {error.remedy}", "warning")
    return _back()


@bp.post("/<any(without, undo):what>")
def decide_alone(remote_id: int, what: str) -> ResponseReturnValue:
    """Decide that the client has no counterpart, or take a decision back."""
    try:
        ALONE[what](_pairing(), remote_id, current.user())
    except Conflict as error:
        flash(f"{error.problem} {error.remedy}", "warning")
    return _back()


def _pairing() -> ClientPairing:
    return pairings.get(current.account(), current.psa().slug)


def _back() -> ResponseReturnValue:
    """Return to the list that the button was in; from the search, to the first list."""
    index, page = url_for("pairing.index"), current_page() or ""
    return redirect(page if page.partition("?")[0] == index else index, 303)
