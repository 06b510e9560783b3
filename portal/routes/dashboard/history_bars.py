"""The bars of the sync history in words: where each leads, its title, and its row in the table beside the charts."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from portal.routes.web import formats
from portal.routes.web.words import RUN_KINDS, RUN_STATES
from portal.services.pages.data_sync.history import Bar, History


@dataclass(frozen=True)
class BarWords:
    """`address` is where a click on the bar leads: a run's log, or the history of a day."""

    address: str
    title: str
    begin: Markup
    result: str
    duration: str
    counts: list[str]


def in_words(history: History) -> list[BarWords | None]:
    """Return the words of each bar; None where no sync ended. Templates would take several times as long."""
    days: dict[str, str] = {}
    return [_words(history, bar, days) if bar.run_ids else None for bar in history.bars]


def _words(history: History, bar: Bar, days: dict[str, str]) -> BarWords:
    duration = formats.span(bar.total_seconds)
    states = [RUN_STATES[state][0] for state in bar.seconds]
    changes = [f"{formats.number(count)} {name}" for name, count in bar.counts.items() if count]
    begin = formats.date if history.hours == 24 else formats.clock_time
    return BarWords(
        address=_address(history, bar, days),
        title=", ".join([f"{_what(bar)}: {duration}", *(state.lower() for state in states), *changes]),
        begin=begin(bar.begin),
        result=states[0] if bar.run_id else f"{len(bar.run_ids)} syncs: {', '.join(states).lower()}",
        duration=duration,
        counts=[formats.number(count) for count in bar.counts.values()],
    )


def _what(bar: Bar) -> str:
    at = formats.clock_text(bar.begin)
    if bar.run_id is None:
        return f"From {at}, {len(bar.run_ids)} syncs"
    return f"{at}, {RUN_KINDS[bar.kind].lower() if bar.kind else '1 sync'}"


def _address(history: History, bar: Bar, days: dict[str, str]) -> str:
    """Return where the bar leads. `days` keeps the addresses of days, which bars share."""
    if bar.run_id is not None:
        return url_for("sync_logs.run", run_id=bar.run_id)
    day = formats.local_day(bar.begin)
    if day not in days:
        days[day] = url_for("data_sync.index", days=history.period.days, day=day, _anchor="history")
    return days[day]
