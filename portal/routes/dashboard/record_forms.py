"""The search among the records of a type."""

from __future__ import annotations

from typing import Final

from wtforms import SearchField, SelectField
from wtforms.fields import SelectChoice

from portal.models.records import RecordState
from portal.routes.web.search_forms import SearchForm
from portal.routes.web.words import RECORD_STATES
from portal.services.pages.record_lists import Order, Wanted
from portal.sync.record_types import RecordType

LONGEST_SEARCH: Final = 250
STATES: Final = [SelectChoice(state.value, label) for state, (label, _) in RECORD_STATES.items()]
ORDERS: Final = [SelectChoice(Order.NEWEST.value, "Last changed"), SelectChoice(Order.NAME.value, "Name")]


class RecordSearchForm(SearchForm):
    q = SearchField("Name, reference or number")
    state = SelectField("State", choices=STATES, default=RecordState.LIVE)
    order = SelectField("Order", choices=ORDERS, default=Order.NEWEST)

    def wanted(self, record_type: RecordType) -> Wanted:
        self.validate()
        return Wanted(
            record_type,
            RecordState(self.chosen("state") or RecordState.LIVE),
            self.chosen("q").replace("\0", "").strip()[:LONGEST_SEARCH],
            Order(self.chosen("order") or Order.NEWEST),
        )
