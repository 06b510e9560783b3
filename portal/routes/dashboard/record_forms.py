"""The filters, the order and the columns of a list of records. All live in the address."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, Final

from flask import request
from wtforms import DateField, SearchField, SelectField
from wtforms.fields import SelectChoice

from portal import clock
from portal.models.records import RecordState
from portal.routes.web.search_forms import YEARS, SearchForm, id_of
from portal.routes.web.words import RECORD_STATES
from portal.services.pages import record_columns
from portal.services.pages.record_columns import Column
from portal.services.pages.record_lists import Order, Wanted, as_number
from portal.sync.record_types import RecordType

LONGEST_SEARCH: Final = 250
STATES: Final = [SelectChoice(state.value, label) for state, (label, _) in RECORD_STATES.items()]
ACTIVE: Final = {"yes": True, "no": False}
PERIODS: Final = {"1d": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
# Sorting by this way first.
DESCENDING: Final = "-"
USUAL: Final = {"state": RecordState.LIVE.value, "sort": f"{DESCENDING}{Order.CHANGED}"}
WAYS: Final = {Order.CHANGED: ("oldest first", "newest first"), Order.NUMBER: ("1–9", "9–1")}


class RecordSearchForm(SearchForm):
    q = SearchField("Name, number, email, serial number")
    state = SelectField("State", choices=STATES, default=RecordState.LIVE)
    client = SearchField("Client")
    status = SearchField("Status")
    active = SelectField(
        "Active", choices=[SelectChoice("", "Any"), SelectChoice("yes", "Yes"), SelectChoice("no", "No")]
    )
    changed = SelectField(
        "Changed",
        choices=[
            SelectChoice("", "Any time"),
            SelectChoice("1d", "Last 24 hours"),
            SelectChoice("7d", "Last 7 days"),
            SelectChoice("30d", "Last 30 days"),
        ],
    )
    since = DateField("Changed since")
    sort = SelectField("Sort by")

    def __init__(self, *arguments: Any, record_type: RecordType, zone: tzinfo, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.record_type, self.zone = record_type, zone
        self.sort.choices = [SelectChoice(value, label) for value, label in sorts(record_type).items()]
        if not self.sort.data:
            self.sort.data = USUAL["sort"]
        self.validate()

    def wanted(self) -> Wanted:
        order = self.chosen("sort") or USUAL["sort"]
        return Wanted(
            self.record_type,
            RecordState(self.chosen("state") or RecordState.LIVE),
            self.chosen("q").replace("\0", "").strip()[:LONGEST_SEARCH],
            client=as_number(self.chosen("client")),
            site=id_of("site"),
            status=self.chosen("status").replace("\0", "")[:LONGEST_SEARCH],
            is_active=ACTIVE.get(self.chosen("active")),
            changed_since=self._since(),
            order=Order(order.removeprefix(DESCENDING)),
            is_descending=order.startswith(DESCENDING),
        )

    def query(self) -> dict[str, Any]:
        """Return the chosen values, for links to other pages and orders of the list."""
        names = ("q", "state", "client", "status", "active", "changed", "since", "sort")
        found = {name: value for name in names if (value := self.chosen(name))}
        found |= {name: kept for name in ("site", "columns") if (kept := request.args.get(name))}
        return {name: value for name, value in found.items() if USUAL.get(name) != value}

    def _since(self) -> datetime | None:
        day = self.since.data if self.chosen("since") else None
        if day is not None and day.year in YEARS:
            return datetime.combine(day, time(), self.zone).astimezone(UTC)
        period = PERIODS.get(self.chosen("changed"))
        return clock.now() - period if period else None


def sorts(record_type: RecordType) -> dict[str, str]:
    """Return the ways to sort a list, as in the address, with their labels."""
    found: dict[str, str] = {}
    for order in Order:
        if order is Order.CLIENT and record_type in record_columns.WITHOUT_CLIENT:
            continue
        label = record_columns.sorted_by(record_type, order).label
        up, down = WAYS.get(order, ("A–Z", "Z–A"))
        both = {order.value: f"{label}, {up}", f"{DESCENDING}{order}": f"{label}, {down}"}
        found |= dict(reversed(both.items())) if order is Order.CHANGED else both
    return found


def columns(record_type: RecordType) -> list[Column]:
    """Return the chosen columns: those in the address, or those that this browser remembers."""
    names = request.args.get("columns") or request.cookies.get(cookie_of(record_type), "")
    return record_columns.chosen(record_type, names[:2_000].split(","))


def cookie_of(record_type: RecordType) -> str:
    return f"columns_{record_type}"
