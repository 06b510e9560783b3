"""The lists of the pairing assistant, reading the clients, accepting what is sure, and the files."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.jobs import pairings as jobs
from portal.models.switching import ClientPairing
from portal.psa.registry import NAMES
from portal.routes.switching.forms import ListForm
from portal.routes.web import answers, current
from portal.routes.web.search_forms import id_of
from portal.services.audit import export_log
from portal.services.pages import pairing_files, pairing_pages
from portal.services.pages.pairing_pages import Show
from portal.services.switching import decisions, pairings

bp = Blueprint("pairing", __name__, url_prefix="/integrations/<psa:psa>/pairing")


@bp.get("")
def index() -> ResponseReturnValue:
    account, psa = current.account(), current.psa().slug
    pairing = pairings.find(account, psa)
    if pairing is None:
        return render_template("switching/start.html", sides=pairings.sides(account, psa), names=NAMES)
    if not pairing.is_ready:
        return answers.show_refreshing(
            "switching/reading.html",
            "switching/_progress.html",
            part_id="progress-of-pairing",
            is_live=pairing.is_busy,
            pairing=pairing,
            names=NAMES,
            progress=pairing_pages.progress(pairing),
        )
    if answers.wants_fragment() and "stamp" in request.args:  # the page still shows the progress
        return answers.redirect_window(url_for("pairing.index"))
    return render_template("switching/index.html", **_context(pairing))


@bp.post("/read")
def read() -> ResponseReturnValue:
    """Read the clients of both PSAs, for the first time or again."""
    jobs.read_later(current.account(), current.psa().slug, current.user())
    return redirect(url_for("pairing.index"), 303)


@bp.post("/sure")
def accept_sure() -> ResponseReturnValue:
    accepted = decisions.accept_sure(pairings.get(current.account(), current.psa().slug), current.user())
    flash(f"Paired {accepted:,} {'client' if accepted == 1 else 'clients'}.", "success")
    return redirect(url_for("pairing.index"), 303)


@bp.get("/pairs.csv")
def pairs_file() -> ResponseReturnValue:
    return _file("pairs", pairing_files.pairs)


@bp.get("/without-counterpart.csv")
def unpaired_file() -> ResponseReturnValue:
    return _file("clients-without-counterpart", pairing_files.unpaired)


def _file(name: str, write: Any) -> Response:
    pairing = pairings.get(current.account(), current.psa().slug)
    export_log.pairing(pairing, name, current.user())
    return Response(
        write(pairing),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _context(pairing: ClientPairing) -> dict[str, Any]:
    form, counts = ListForm(request.args), pairing_pages.counts(pairing)
    show = form.wanted(default=next((each for each in Show if counts[each]), Show.SURE))
    edges = {"before": id_of("before"), "after": id_of("after")}
    return {
        "pairing": pairing,
        "counts": counts,
        "show": show,
        "form": form,
        "containing": form.containing,
        "page": pairing_pages.page(pairing, show, containing=form.containing, **edges),
        "names": NAMES,
        "can_read": pairings.sides(pairing.account, current.psa().slug) is not None,
    }
