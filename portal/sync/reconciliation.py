"""Reconciles a step: the PSA's count must equal what arrived. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from portal.models.sync import RunState, StepState
from portal.psa.source import IdList
from portal.sync.reading import Reading

# If more records than both of these vanish at once, a lost permission is more likely than a cleanup.
HELD_SHARE: Final = 0.10
HELD_COUNT: Final = 20
NAMED: Final = 10

SYNC_AGAIN: Final = (
    "Records may have changed while they were read. Sync again. If it still happens, send us the log of this run."
)


@dataclass(frozen=True)
class ReceivedList:
    """What arrived of a list. `expected` is the PSA's count, or None if it does not count.

    `missing` holds ids that the PSA lists but does not return. `is_whole` is false for a list of changes, which may
    grow while it is read. `moved` means that the list changed during every round. `has_id_list` means that the ids
    come from the PSA's list of ids.
    """

    ids: AbstractSet[int]
    unusable: int
    expected: int | None
    missing: AbstractSet[int] = frozenset()
    moved: bool = False
    is_whole: bool = True
    has_id_list: bool = False

    @classmethod
    def from_reading(cls, reading: Reading, *, is_whole: bool) -> ReceivedList:
        return cls(reading.seen.ids, reading.seen.unusable, reading.expected, moved=reading.moved, is_whole=is_whole)

    @classmethod
    def from_ids(cls, listed: IdList, *, absent: AbstractSet[int], unreadable: AbstractSet[int]) -> ReceivedList:
        """Use the PSA's list of ids. `absent` ids were deleted since; `unreadable` ones are not returned."""
        total = None if listed.total is None else listed.total - len(absent)
        return cls(listed.ids - absent, listed.unusable, total, unreadable, has_id_list=True)

    @property
    def arrived(self) -> int:
        return len(self.ids) + self.unusable - len(self.missing)


@dataclass(frozen=True)
class Reconciliation:
    """`problem` is empty if the step is reconciled."""

    problem: str = ""
    remedy: str = ""


def reconcile(psa: str, words: str, received: ReceivedList) -> Reconciliation:
    """Compare the PSA's count with what arrived. `psa` and `words` name the PSA and the records for people."""
    expected = received.expected
    if received.missing:
        return Reconciliation(
            f"{psa} lists {words} {_listed(received.missing)}, but doesn't return them.",
            f"Check these records in {psa}; Scopable may not be allowed to open them.",
        )
    if expected is None or received.arrived == expected or (received.arrived > expected and not received.is_whole):
        return _check_stability(words, received)
    if received.arrived < expected:
        lacking = expected - received.arrived
        missing = "1 is missing" if lacking == 1 else f"{lacking:,} are missing"
        return Reconciliation(
            f"{psa} counts {expected:,} {words}, but {received.arrived:,} arrived: {missing}.",
            SYNC_AGAIN if not received.has_id_list else f"{SYNC_AGAIN} All the ids that {psa} lists are here.",
        )
    return Reconciliation(
        f"{psa} counts {expected:,} {words}, but {received.arrived:,} arrived.",
        "Records were probably deleted while they were read. Sync again to be sure.",
    )


def check_first_list(psa: str, words: str, received: ReceivedList, counted: int | None) -> Reconciliation:
    """Compare the first list of a type with the count from when the connection was tested. An empty list proves
    nothing then: no stored records would be missing.
    """
    if not counted or received.arrived:
        return Reconciliation()
    return Reconciliation(
        f"{psa} counted {counted:,} {words} when the connection was tested, but its list is empty.",
        f"{check_the_agent(psa)} Then sync again. If there are none left, that sync completes.",
    )


def must_hold(gone: AbstractSet[int], stored: int) -> bool:
    """Return whether so many stored records vanished at once that a person must decide."""
    return len(gone) > HELD_COUNT and len(gone) > HELD_SHARE * stored


def check_the_agent(psa: str) -> str:
    return f"Check in {psa} that Scopable can still see all of them."


def held_message(psa: str, words: str, count: int) -> str:
    if count == 1:
        return f"{psa} no longer lists 1 of the {words}. It's kept until an admin decides."
    return f"{psa} no longer lists {count:,} {words}. They're kept until an admin decides."


def run_state(states: list[str]) -> RunState:
    """Return the state of a run, given those of its steps: green only if all are."""
    if all(state == StepState.SUCCEEDED for state in states):
        return RunState.SUCCEEDED
    if all(state == StepState.FAILED for state in states):
        return RunState.FAILED
    return RunState.INCOMPLETE


def _check_stability(words: str, received: ReceivedList) -> Reconciliation:
    if received.moved and received.is_whole:
        return Reconciliation(
            f"The list of {words} changed each time it was read, so a record may have been missed.", SYNC_AGAIN
        )
    return Reconciliation()


def _listed(ids: AbstractSet[int]) -> str:
    named = ", ".join(str(each) for each in sorted(ids)[:NAMED])
    return named if len(ids) <= NAMED else f"{named} and {len(ids) - NAMED} more"
