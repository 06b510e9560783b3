"""The Integrations page: a card for each PSA."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.psa.registry import ADAPTERS, NAMES
from portal.routes.dashboard import comparison
from portal.routes.web import answers, current
from portal.services.pages import overview

bp = Blueprint("integrations", __name__)


@bp.get("/integrations")
def index() -> ResponseReturnValue:
    cards = overview.cards(current.account())
    return answers.show_refreshing(
        "integrations/index.html",
        "integrations/_cards.html",
        part_id="cards",
        is_live=any(card.kept is not None and card.kept.is_deleting for card in cards),
        cards=cards,
        adapters=ADAPTERS,
        names=NAMES,
        comparison=comparison.title(),
    )
