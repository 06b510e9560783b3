"""Draws what will go wrong, from the seed alone: the same seed gives the same trials on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, Final

from portal.sandbox.halo.record_types import RECORD_TYPES

TYPES: Final = tuple(RECORD_TYPES)
# Small pages, so that there are many points for kills.
CAPS: Final = {
    "clients": 15,
    "sites": 20,
    "contacts": 60,
    "products": 20,
    "assets": 40,
    "opportunities": 25,
    "contracts": 15,
}
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
FAULTS: Final[tuple[dict[str, Any], ...]] = (
    {"what": "status", "status": 500},
    {"what": "status", "status": 502, "body": "<html>Bad Gateway</html>"},
    {"what": "status", "status": 503, "times": 3},
    {"what": "status", "status": 504},
    {"what": "status", "status": 400},
    {"what": "status", "status": 401},
    {"what": "status", "status": 404},
    {"what": "redirect"},
    {"what": "rate_limit", "seconds": 3.0},
    {"what": "rate_limit", "seconds": 12.0},
    {"what": "html"},
    {"what": "truncated"},
    {"what": "gzip", "times": None},
    {"what": "empty"},
    {"what": "reset"},
    {"what": "reset", "size": 400},
    {"what": "slow", "seconds": 2.0},
    {"what": "drip", "size": 4000, "seconds": 0.05},
    {"what": "repeated_page"},
    {"what": "no_rows"},
    {"what": "null_list"},
    {"what": "lying_count", "size": 3, "times": 2},
    {"what": "wrong_types"},
    {"what": "text_ids"},
    {"what": "bad_ids"},
    {"what": "nul_bytes"},
    {"what": "odd_dates"},
    {"what": "not_objects"},
    {"what": "huge_strings"},
)
# The ways in which Halo may behave, the default first.
BEHAVIOURS: Final[dict[str, tuple[Any, ...]]] = {
    "stated_page_size": ("granted", "asked", "nothing"),
    "stated_record_count": ("total", "page", "nothing"),
    "past_end": ("empty", "repeat", "repeat_last"),
    "flickers": ([], ["computed"], ["order"], ["computed", "numbers", "order", "nulls"]),
    "local_dates": ({}, dict.fromkeys(TYPES, -5.0), dict.fromkeys(TYPES, 5.5)),
}
DEFAULTS: Final = {name: choices[0] for name, choices in BEHAVIOURS.items()} | {
    "local_dates": dict.fromkeys(TYPES, 0.0)
}
# More deletes of one type might be held, and there is no person to decide.
MAX_DELETED: Final = 15
WITHOUT_STATE: Final = "products"


@dataclass(frozen=True)
class Edit:
    """An edit that people make in Halo during a run. `seed` draws the records."""

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


def trial(seed: int, number: int) -> Trial:
    """Draw the conditions of a run. Every second one has only kills."""
    draw = Random(f"{seed} trial {number}")  # noqa: S311  # a draw, not a secret
    bursts = draw.randint(1, 4)
    knobs: dict[str, Any] = {
        "latency": draw.uniform(0.1, 0.3),
        "caps": CAPS,
        "token_calls": None,
        "retry_after": "off",
        **DEFAULTS,
    }
    if number % 2:
        return Trial(True, bursts, knobs)
    knobs["retry_after"] = draw.choice(["off", "seconds", "date"])
    knobs["token_calls"] = draw.choice([None, 12, 30])
    knobs |= {name: draw.choice(choices) for name, choices in BEHAVIOURS.items()}
    faults = (dict(fault) for fault in draw.sample(FAULTS, draw.randint(2, 5)))
    placed = ({**fault, "on": draw.choice(TYPES), "after": draw.randint(0, 4)} for fault in faults)
    return Trial(False, bursts, knobs, tuple(placed))


def burst(seed: int, trial: int, number: int, *, only_kills: bool) -> Burst:
    """Draw the `number`-th burst of a trial."""
    draw = Random(f"{seed} trial {trial} burst {number}")  # noqa: S311  # a draw, not a secret
    names = draw.choices(list(KILLS), weights=list(KILLS.values()), k=draw.randint(1, 5))
    # Only one horse is frozen at a time: otherwise both workers would be busy with frozen jobs.
    first = names.index("freeze") if "freeze" in names else len(names)
    names = [name for position, name in enumerate(names) if name != "freeze" or position == first]
    planned = tuple(Kill(name, draw.uniform(0.2, 1.5), draw.random()) for name in names)
    if only_kills:
        return Burst(planned)
    edits = tuple(_edit(draw) for _ in range(draw.randint(0, 4)))
    caps = {draw.choice(TYPES): draw.choice([7, 25, 50])} if draw.random() < 0.3 else None
    return Burst(planned, edits, caps)


def _edit(draw: Random) -> Edit:
    verb = draw.choice(["create", "change", "change", "deactivate", "reactivate", "delete"])
    with_state = [name for name in TYPES if name != WITHOUT_STATE or verb not in {"deactivate", "reactivate"}]
    return Edit(verb, draw.choice(with_state), draw.randint(1, 3), draw.randrange(10**6))
