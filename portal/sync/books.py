"""The books of a step: what the PSA says it has must equal what arrived. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from portal.models.sync import RunState, StepState

# More than both of these at once is no tidying-up; it is more likely a permission that was lost.
HELD_SHARE: Final = 0.10
HELD_COUNT: Final = 20


@dataclass(frozen=True)
class Balance:
    """`problem` is empty when the books balance."""

    problem: str = ""
    remedy: str = ""

    @property
    def state(self) -> StepState:
        return StepState.INCOMPLETE if self.problem else StepState.SUCCEEDED


def balance(words: str, expected: int | None, fetched: int) -> Balance:
    """Compare what the PSA counts with what arrived; `words` names the records. None: the PSA did not count."""
    if expected is None or fetched == expected:
        return Balance()
    if fetched < expected:
        return Balance(
            f"Halo counts {expected:,} {words}, but {fetched:,} arrived: {expected - fetched:,} are missing.",
            "Records may have changed while they were read. Sync again; if it stays so, send us the log of this run.",
        )
    return Balance(
        f"Halo counts {expected:,} {words}, but {fetched:,} arrived.",
        "Records were probably deleted while they were read. Sync again to be sure.",
    )


def are_held(gone: AbstractSet[int], live: int) -> bool:
    """Tell whether so many of `live` records vanished at once that a person must decide."""
    return len(gone) > HELD_COUNT and len(gone) > HELD_SHARE * live


def outcome(states: list[str]) -> RunState:
    """Return the state of a run from those of its steps: green only when every one is."""
    if all(state == StepState.SUCCEEDED for state in states):
        return RunState.SUCCEEDED
    if all(state == StepState.FAILED for state in states):
        return RunState.FAILED
    return RunState.INCOMPLETE
