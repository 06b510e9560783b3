"""The books of a step: what the PSA says it has must equal what arrived. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from portal.models.sync import RunState, StepState
from portal.psa.source import IdList
from portal.sync.reading import Reading

# More than both of these at once is no tidying-up; it is more likely a permission that was lost.
HELD_SHARE: Final = 0.10
HELD_COUNT: Final = 20
NAMED: Final = 10

SYNC_AGAIN: Final = (
    "Records may have changed while they were read. Sync again; if it stays so, send us the log of this run."
)


@dataclass(frozen=True)
class Tally:
    """What arrived of a list, beside what the PSA counts; `expected` is None when it does not count.

    `missing` names records that the PSA lists and does not hand out. `is_whole` is false for a list of changes, which
    may grow while it is read; `moved` tells that the list never stood still.
    """

    ids: AbstractSet[int]
    unusable: int
    expected: int | None
    missing: AbstractSet[int] = frozenset()
    moved: bool = False
    is_whole: bool = True
    has_id_list: bool = False

    @classmethod
    def of_reading(cls, reading: Reading, *, is_whole: bool) -> Tally:
        return cls(reading.seen.ids, reading.seen.unusable, reading.expected, moved=reading.moved, is_whole=is_whole)

    @classmethod
    def of_id_list(cls, listed: IdList, *, absent: AbstractSet[int], withheld: AbstractSet[int]) -> Tally:
        """Go by the list of ids; `absent` were deleted since, `withheld` are not handed out."""
        total = None if listed.total is None else listed.total - len(absent)
        return cls(listed.ids - absent, listed.unusable, total, withheld, has_id_list=True)

    @property
    def arrived(self) -> int:
        return len(self.ids) + self.unusable - len(self.missing)


@dataclass(frozen=True)
class Reconciliation:
    """`problem` is empty when the books balance."""

    problem: str = ""
    remedy: str = ""


def reconcile(psa: str, words: str, tally: Tally) -> Reconciliation:
    """Compare what the PSA counts with what arrived; `psa` and `words` name the PSA and the records for people."""
    expected = tally.expected
    if tally.missing:
        return Reconciliation(
            f"{psa} lists {words} {_listed(tally.missing)}, but does not return them.",
            f"Look at these records in {psa}; the agent may not be allowed to open them.",
        )
    if expected is None or tally.arrived == expected or (tally.arrived > expected and not tally.is_whole):
        return _steadiness(words, tally)
    if tally.arrived < expected:
        lacking = expected - tally.arrived
        return Reconciliation(
            f"{psa} counts {expected:,} {words}, but {tally.arrived:,} arrived: {lacking:,} are missing.",
            SYNC_AGAIN
            if not tally.has_id_list
            else f"{SYNC_AGAIN} All that {psa} names in its list of ids are here.",
        )
    return Reconciliation(
        f"{psa} counts {expected:,} {words}, but {tally.arrived:,} arrived.",
        "Records were probably deleted while they were read. Sync again to be sure.",
    )


def are_held(gone: AbstractSet[int], stored: int) -> bool:
    """Tell whether so many of the stored records vanished at once that a person must decide."""
    return len(gone) > HELD_COUNT and len(gone) > HELD_SHARE * stored


def check_the_agent(psa: str) -> str:
    return f"Check in {psa} that the agent may still see all of them."


def held_words(psa: str, words: str, count: int) -> str:
    if count == 1:
        return f"1 of the {words} is no longer in {psa}'s list. It was kept until an admin decides."
    return f"{count:,} {words} are no longer in {psa}'s list. They were kept until an admin decides."


def outcome(states: list[str]) -> RunState:
    """Return the state of a run from those of its steps: green only when every one is."""
    if all(state == StepState.SUCCEEDED for state in states):
        return RunState.SUCCEEDED
    if all(state == StepState.FAILED for state in states):
        return RunState.FAILED
    return RunState.INCOMPLETE


def _steadiness(words: str, tally: Tally) -> Reconciliation:
    if tally.moved and tally.is_whole:
        return Reconciliation(
            f"The list of {words} moved each time it was read, so a record may have been missed.", SYNC_AGAIN
        )
    return Reconciliation()


def _listed(ids: AbstractSet[int]) -> str:
    named = ", ".join(str(each) for each in sorted(ids)[:NAMED])
    return named if len(ids) <= NAMED else f"{named} and {len(ids) - NAMED} more"
