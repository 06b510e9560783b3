"""Draws what will go wrong, from the seed alone: the same seed gives the same trials on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, Final

from tests.chaos.stormy_psa import StormyPsa

# Each with its weight.
KILLS: Final = {
    "horse": 6,  # the process that runs a sync
    "worker": 4,  # its parent: the kernel kills the horse too
    "freeze": 2,  # stops a horse for longer than its lease, then resumes it
    "scheduler": 2,
    "valkey": 2,
    "valkey wiped": 1,
    "valkey silent": 1,  # Redis is stopped for a while
    "web": 1,
    "everything": 1,
}
# More deletes of one type might be held, and there is no person to decide.
MAX_DELETED: Final = 15
# The share of edits that only this PSA has, if there are any.
OWN_EDITS: Final = 0.2


@dataclass(frozen=True)
class Edit:
    """An edit that people make in the PSA during a run. `seed` draws the records. An edit that only this PSA has
    names no record type.
    """

    verb: str
    record_type: str
    count: int
    seed: int


@dataclass(frozen=True)
class Kill:
    """A kill, `pause` seconds after the one before. `pick` chooses among several processes."""

    what: str
    pause: float
    pick: float


@dataclass(frozen=True)
class Trial:
    """The conditions of one run, with up to `bursts` bursts of kills; then it is left to end.

    With `only_kills`, nothing else happens, so that the run's requests can be counted.
    """

    only_kills: bool
    bursts: int
    knobs: dict[str, Any]
    faults: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Burst:
    """A few kills in quick succession; then the run must resume."""

    kills: tuple[Kill, ...]
    edits: tuple[Edit, ...] = ()
    caps: dict[str, int] | None = None


def trial(psa: StormyPsa, seed: int, number: int) -> Trial:
    """Draw the conditions of a run. Every second one has only kills."""
    draw = Random(f"{seed} trial {number}")  # noqa: S311  # a draw, not a secret
    bursts = draw.randint(1, 4)
    knobs: dict[str, Any] = {"latency": draw.uniform(0.1, 0.3), **psa.calm}
    if number % 2:
        return Trial(True, bursts, knobs)
    knobs |= {name: draw.choice(choices) for name, choices in psa.behaviours.items()}
    faults = (dict(fault) for fault in draw.sample(psa.faults, draw.randint(2, 5)))
    placed = ({**fault, "on": draw.choice(psa.types), "after": draw.randint(0, 4)} for fault in faults)
    return Trial(False, bursts, knobs, tuple(placed))


def burst(psa: StormyPsa, seed: int, trial: int, number: int, *, only_kills: bool) -> Burst:
    """Draw the `number`-th burst of a trial."""
    draw = Random(f"{seed} trial {trial} burst {number}")  # noqa: S311  # a draw, not a secret
    names = draw.choices(list(KILLS), weights=list(KILLS.values()), k=draw.randint(1, 5))
    # Only one horse is frozen at a time: otherwise both workers would be busy with frozen jobs.
    first = names.index("freeze") if "freeze" in names else len(names)
    names = [name for position, name in enumerate(names) if name != "freeze" or position == first]
    planned = tuple(Kill(name, draw.uniform(0.2, 1.5), draw.random()) for name in names)
    if only_kills:
        return Burst(planned)
    edits = tuple(_edit(psa, draw) for _ in range(draw.randint(0, 4)))
    caps = {draw.choice(psa.types): draw.choice(psa.page_sizes)} if draw.random() < 0.3 else None
    return Burst(planned, edits, caps)


def _edit(psa: StormyPsa, draw: Random) -> Edit:
    if psa.edits and draw.random() < OWN_EDITS:
        return Edit(draw.choice(list(psa.edits)), "", 1, draw.randrange(10**6))
    verb = draw.choice(["create", "change", "change", "deactivate", "reactivate", "delete"])
    changes_state = verb in {"deactivate", "reactivate"}
    types = [name for name in psa.types if not (changes_state and name in psa.without_state)]
    return Edit(verb, draw.choice(types), draw.randint(1, 3), draw.randrange(10**6))
