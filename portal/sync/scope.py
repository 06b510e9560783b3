"""Decides whether a row is in scope, and why not. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from portal.psa.source import Facts
from portal.sync.filters import CLIENT_OWNED, Filters, in_use
from portal.sync.record_types import RecordType

CLIENT_NOT_SEEN: Final = "Its client isn't in Scopable: the last sync of clients didn't include it."


NO_REASONS: Final[Mapping[int, str]] = MappingProxyType({})


class ByHand(NamedTuple):
    """What people excluded by hand: records of the type that is decided on, and clients along with their records, by
    id with the reason. A client with kept records is excluded itself, its records are not.
    """

    records: Mapping[int, str] = NO_REASONS
    clients: Mapping[int, str] = NO_REASONS
    clients_with_kept_records: frozenset[int] = frozenset()


NOTHING_BY_HAND: Final = ByHand()


class Rule(NamedTuple):
    """A filter in use. `matches` returns None if the row lacks the value; then `unknown_reason` applies."""

    matches: Callable[[Facts], bool | None]
    reason: str
    unknown_reason: str = ""


class Scope:
    """What `filters` let in. `clients` are the ids of live clients, or None while deciding about clients themselves.

    `excluded_clients` maps ids of other clients to the reason that excludes their records. What is excluded `by_hand`
    stays so whatever the filters let in.
    """

    def __init__(
        self,
        filters: Filters,
        clients: Collection[int] | None = None,
        excluded_clients: Mapping[int, str] = NO_REASONS,
        by_hand: ByHand = NOTHING_BY_HAND,
    ) -> None:
        self._clients = clients
        self._excluded_clients = excluded_clients
        self._by_hand = by_hand
        self._rules: dict[str, list[Rule]] = {
            one.value: [_RULES[name](filters) for name in in_use(filters, one)] for one in RecordType
        }

    @property
    def excludes_clients(self) -> bool:
        """Return whether any client may be excluded, and its records with it."""
        return bool(self._rules[RecordType.CLIENTS])

    def reason(self, record_type: str, facts: Facts) -> str:
        """Return why the row is excluded, or "" if it is in scope. A missing value does not match a filter."""
        if facts.client_id is not None and self._is_client_excluded(record_type, facts):
            return self._excluded_clients.get(facts.client_id, CLIENT_NOT_SEEN)
        if facts.client_id is not None and record_type in CLIENT_OWNED and facts.client_id in self._by_hand.clients:
            return self._by_hand.clients[facts.client_id]
        for rule in self._rules[record_type]:
            wanted = rule.matches(facts)
            if not wanted:
                return rule.unknown_reason if wanted is None else rule.reason
        return self._by_hand.records.get(facts.remote_id, "")

    def needs_detail(self, record_type: str, facts: Facts) -> bool:
        """Return whether the decision depends on a value that this row lacks."""
        verdicts = [rule.matches(facts) for rule in self._rules[record_type]]
        return None in verdicts and False not in verdicts and not self._is_client_excluded(record_type, facts)

    def _is_client_excluded(self, record_type: str, facts: Facts) -> bool:
        return (
            self.excludes_clients
            and self._clients is not None
            and record_type in CLIENT_OWNED
            and facts.client_id is not None
            and facts.client_id not in self._clients
            and facts.client_id not in self._by_hand.clients_with_kept_records
        )


# One rule per filter. The reasons are for people: they appear in the sync log.
_RULES: Final[dict[str, Callable[[Filters], Rule]]] = {
    "active_only": lambda _: Rule(lambda row: not row.inactive, "The client is inactive."),
    "top_levels": lambda filters: Rule(
        lambda row: _one_of(row.group, filters.top_levels),
        "Its top level isn't one you chose.",
        "Its top level isn't known.",
    ),
    "relationships": lambda filters: Rule(
        lambda row: None if row.relationships is None else not filters.relationships.isdisjoint(row.relationships),
        "Its relationship type isn't one you chose.",
        "Its relationship type isn't known.",
    ),
    "include_clients": lambda filters: Rule(
        lambda row: row.remote_id in filters.include_clients, "It isn't one of the chosen clients."
    ),
    "exclude_clients": lambda filters: Rule(
        lambda row: row.remote_id not in filters.exclude_clients, "It's one of the excluded clients."
    ),
    "without_service_accounts": lambda _: Rule(lambda row: not row.is_service_account, "It's a service account."),
    "without_general_users": lambda _: Rule(lambda row: not row.is_general_user, "It's a General User."),
    "product_groups": lambda filters: Rule(
        lambda row: row.group in filters.product_groups, "Its product group isn't one you chose."
    ),
    "asset_types": lambda filters: Rule(
        lambda row: _one_of(row.group, filters.asset_types),
        "Its asset type isn't one you chose.",
        "Its asset type isn't known.",
    ),
    "open_opportunities_only": lambda _: Rule(lambda row: not row.is_closed, "It's closed."),
    "opportunities_since": lambda filters: Rule(
        lambda row: _since(row, filters),
        "It was opened before the chosen date.",
        "Its opening date isn't known.",
    ),
    "active_contracts_only": lambda _: Rule(
        lambda row: row.is_active_contract, "The contract isn't active.", "It isn't known whether it's active."
    ),
}


_FILTERS_BY_REASON: Final = {
    reason: name
    for name, make in _RULES.items()
    for reason in (make(Filters()).reason, make(Filters()).unknown_reason)
    if reason
}


def filter_of(reason: str) -> str | None:
    """Return the filter that excludes for this reason, None if the reason is another one, such as its client."""
    return _FILTERS_BY_REASON.get(reason)


def _one_of(group: int | None, chosen: Collection[int]) -> bool | None:
    return None if group is None else group in chosen


def _since(row: Facts, filters: Filters) -> bool | None:
    if row.opened_at is None or filters.opportunities_since is None:
        return None
    return row.opened_at.date() >= filters.opportunities_since
