"""Decides about stored records that a complete list no longer has. The list alone never proves a delete.

A few missing records are fetched by id; those that the PSA says do not exist are deleted. A person decides about the
others: if too many vanish at once to fetch each, if a whole type or all records of a client vanish, or if a record
still exists or cannot be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from portal.errors import PsaError, PsaUnavailable
from portal.psa.source import Row, Source
from portal.sync import held_deletes, reconciliation
from portal.sync import stored as copied
from portal.sync.fetcher import PsaCall
from portal.sync.reconciliation import ReceivedList
from portal.sync.record_types import RecordType

MAX_SINGLE_READS: Final = 50
SAMPLES: Final = 3
# A single record is no set, even if it was its client's only one.
MIN_SET: Final = 2


class Presence(StrEnum):
    """The PSA's answer when a record that its list lacks is fetched by id."""

    GONE = "gone"
    EXISTS = "exists"
    REFUSED = "refused"


@dataclass(frozen=True)
class MissingOutcome:
    """`gone` no longer exists, `held` waits for a person, `kept` stays because a person decided so.

    `listed` holds the ids of the list, which was fetched at `listed_at`. `is_whole` is false if only part of the list
    was read, so that records held earlier stay held.
    """

    gone: frozenset[int] = frozenset()
    held: held_deletes.DeletesToHold | None = None
    kept: frozenset[int] = frozenset()
    listed: AbstractSet[int] = frozenset()
    listed_at: datetime | None = None
    is_whole: bool = True


@dataclass
class MissingRecords:
    """Decides about the missing records of one type.

    `answers` holds the answers that this step already got, and `save_answer` saves another one: each costs a request,
    and one budget window may not allow all of them.
    """

    source: Source
    integration_id: int
    record_type: str
    answers: Mapping[str, str]
    save_answer: Callable[[str, str], None]
    _presences: dict[int, Presence] = field(default_factory=dict)

    def decide(self, received: ReceivedList, stored: set[int]) -> Generator[PsaCall, Any, MissingOutcome]:
        """Decide about records that are `stored` but not in the complete, reconciled list `received`."""
        missing = stored - received.ids
        kept = frozenset(missing & held_deletes.kept_by_decision(self.integration_id, self.record_type))
        missing -= kept
        if not missing:
            return MissingOutcome(kept=kept, listed=received.ids)
        is_empty = not received.ids
        if is_empty or len(missing) > MAX_SINGLE_READS or reconciliation.must_hold(missing, len(stored)):
            yield from self._ask(sorted(missing)[:SAMPLES])
            held = self._to_hold(missing, len(stored), is_empty=is_empty)
            return MissingOutcome(held=held, kept=kept, listed=received.ids)
        yield from self._ask(sorted(missing))
        gone = {each for each in missing if self._presences[each] is Presence.GONE}
        doubtful = missing - gone
        if len(doubtful) <= received.unusable:  # they may be the rows without a usable id
            doubtful = set()
        whole_sets = yield from self._whole_sets(gone)
        gone -= whole_sets
        unproved = doubtful | whole_sets
        to_hold = self._to_hold(unproved, len(stored), is_set=bool(whole_sets)) if unproved else None
        return MissingOutcome(frozenset(gone), to_hold, kept, received.ids)

    def _ask(self, ids: list[int]) -> Generator[PsaCall, Any, None]:
        for remote_id in ids:
            self._presences[remote_id] = yield from self._check(self.record_type, remote_id)

    def _check(self, record_type: str, remote_id: int) -> Generator[PsaCall, Any, Presence]:
        question = f"{record_type}/{remote_id}"
        if question in self.answers:
            return Presence(self.answers[question])
        try:
            row: Row | None = yield copied.record_call(self.source, self.integration_id, record_type, remote_id)
            presence = Presence.GONE if row is None else Presence.EXISTS
        except PsaUnavailable:
            raise
        except PsaError:
            presence = Presence.REFUSED
        self.save_answer(question, presence)
        return presence

    def _whole_sets(self, gone: set[int]) -> Generator[PsaCall, Any, set[int]]:
        """Return the records whose client lost all its records of this type, though the client still exists."""
        if self.record_type in (RecordType.CLIENTS, RecordType.PRODUCTS) or len(gone) < MIN_SET:
            return set()
        of_client: dict[int, set[int]] = defaultdict(set)
        for remote_id, client in copied.clients_of(self.integration_id, self.record_type, gone).items():
            of_client[client].add(remote_id)
        record_counts = copied.count_by_client(self.integration_id, self.record_type, of_client)
        found: set[int] = set()
        for client, record_ids in of_client.items():
            if len(record_ids) >= MIN_SET and record_counts.get(client) == len(record_ids):
                presence = yield from self._check(RecordType.CLIENTS, client)
                found |= set() if presence is Presence.GONE else record_ids
        return found

    def _to_hold(
        self, ids: set[int], stored: int, *, is_empty: bool = False, is_set: bool = False
    ) -> held_deletes.DeletesToHold:
        found = [self._presences[each] for each in sorted(ids) if each in self._presences]
        cause, advice = _likely_cause(self.source.name, found, is_empty=is_empty, is_set=is_set)
        return held_deletes.DeletesToHold(ids, stored, cause, advice)


def _likely_cause(psa: str, found: list[Presence], *, is_empty: bool, is_set: bool) -> tuple[str, str]:
    """Return the likely cause and what to do."""
    if is_empty:
        return (
            f"{psa}'s list is empty: Scopable probably lost access to all of them.",
            reconciliation.check_the_agent(psa),
        )
    if Presence.REFUSED in found:
        return (
            f"{psa} refuses to show them: Scopable probably lost a permission.",
            reconciliation.check_the_agent(psa),
        )
    if Presence.EXISTS in found:
        return (
            f"They still exist in {psa}, but it no longer lists them for Scopable.",
            reconciliation.check_the_agent(psa),
        )
    if is_set:
        return (
            "A client lost all its records of this type at once, although the client itself still exists.",
            f"Ask your {psa} administrator whether they were deleted on purpose.",
        )
    return (
        f"{psa} says they don't exist: they were probably deleted on purpose.",
        f"Ask your {psa} administrator before you decide.",
    )
