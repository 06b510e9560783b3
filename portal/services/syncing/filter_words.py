"""Sync filters in words, for the audit log and the command line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from portal.sync.filters import BY_TYPE, Filters
from portal.sync.record_types import RecordType

# Filter → id → name. Ids without a known name are shown as numbers.
Names = Mapping[str, Mapping[int, str]]

LABELS: Final[Mapping[str, str]] = {
    "active_only": "active clients only",
    "top_levels": "top levels of clients",
    "relationships": "relationship types of clients",
    "include_clients": "only the clients",
    "exclude_clients": "excluded clients",
    "without_service_accounts": "contacts without service accounts",
    "without_general_users": "contacts without General Users",
    "product_groups": "product groups",
    "asset_types": "asset types",
    "open_opportunities_only": "open opportunities only",
    "opportunities_since": "opportunities since",
    "active_contracts_only": "active contracts only",
}
# The meaning of an empty value, unless it is "all".
EMPTY: Final = {"exclude_clients": "none", "opportunities_since": "the beginning"}
MOST_NAMED: Final = 8


def in_words(filters: Filters, record_type: RecordType, names: Names) -> list[str]:
    """Return a phrase for each filter that is set for this type."""
    return [_phrase(name, getattr(filters, name), names) for name in BY_TYPE[record_type] if getattr(filters, name)]


def difference(before: Filters, after: Filters, names: Names) -> list[str]:
    """Return a phrase for each filter whose value has changed."""
    phrases = []
    for name in LABELS:
        old, new = getattr(before, name), getattr(after, name)
        if old == new:
            continue
        if isinstance(new, bool):
            phrases.append(f"{LABELS[name]}: {'on' if new else 'off'}")
        else:
            phrases.append(f"{LABELS[name]}: {_value(name, new, names)} (was: {_value(name, old, names)})")
    return phrases


def changes(before: Filters, after: Filters, names: Names) -> dict[str, tuple[str, str]]:
    """Return the values of each filter that has changed, before and after."""
    return {
        f"{LABELS[name][:1].upper()}{LABELS[name][1:]}": (_said(name, before, names), _said(name, after, names))
        for name in LABELS
        if getattr(before, name) != getattr(after, name)
    }


def type_changes(before: Collection[str], after: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return the record types before and after; empty if they are the same."""
    same = set(before) == set(after)
    return {} if same else {"Record types": (", ".join(before) or "none", ", ".join(after) or "none")}


def _said(name: str, filters: Filters, names: Names) -> str:
    value = getattr(filters, name)
    if isinstance(value, bool):
        return "on" if value else "off"
    return _value(name, value, names)


def _phrase(name: str, value: object, names: Names) -> str:
    return LABELS[name] if value is True else f"{LABELS[name]}: {_value(name, value, names)}"


def _value(name: str, value: object, names: Names) -> str:
    if not value:
        return EMPTY.get(name, "all")
    if isinstance(value, date):
        return value.isoformat()
    return _listed(value, names.get(name, {})) if isinstance(value, Collection) else str(value)


def _listed(ids: Collection[int], names: Mapping[int, str]) -> str:
    shown = [names.get(each, str(each)) for each in sorted(ids)[:MOST_NAMED]]
    more = len(ids) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")
