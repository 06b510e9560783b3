"""Generates a tenant's records: ids, states and update times, with the content from each type's module."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

from portal.sandbox.seeded_random import SeededRandom
from portal.sandbox.store import Row, encode_row

DAY = 86_400.0
# The tenant's "today", which is fixed so that a seed gives the same data on any day.
EPOCH = datetime(2026, 10, 1, 8, 30, tzinfo=UTC).timestamp()
_INACTIVE = 0.08


class NewRecord(NamedTuple):
    """A record to generate."""

    id: int
    active: bool
    updated: float


class Seeded(Protocol):
    @property
    def seed(self) -> int: ...


R = TypeVar("R", bound=Seeded)
Make = Callable[[R, SeededRandom, NewRecord], dict[str, Any]]


class RecordFactory(ABC, Generic[R]):
    """Generates records one by one. The same seed gives the same records.

    `references` collects what other records refer to. `make_fields` has a function for each type.
    """

    make_fields: Mapping[str, Make[R]]
    steps: ClassVar[Mapping[str, tuple[int, ...]]] = {}  # how far ids are apart
    first_ids: ClassVar[Mapping[str, tuple[int, int]]] = {}

    def __init__(self, references: R) -> None:
        self.references = references
        self._ids: dict[str, Iterator[int]] = {}

    def make(self, kind: str, count: int) -> Iterator[Row]:
        """Generate records that are up to two years old."""
        for number in islice(self.ids(kind), count):
            rng = SeededRandom(self.references.seed, kind, number)
            yield self._row(kind, rng, self.drawn(rng, number))

    def make_now(self, kind: str, numbers: list[int], now: float) -> list[Row]:
        """Generate new active records with these ids."""
        return [
            self._row(kind, SeededRandom(self.references.seed, kind, n), NewRecord(n, True, now)) for n in numbers
        ]

    def drawn(self, rng: SeededRandom, number: int) -> NewRecord:
        active = number == 1 or not rng.chance(_INACTIVE)
        return NewRecord(number, active, EPOCH - rng.random() * 720 * DAY)

    def ids(self, kind: str) -> Iterator[int]:
        """Yield unused ids indefinitely."""
        return self._ids.setdefault(kind, self._new_ids(kind))

    @abstractmethod
    def detail(self, kind: str, row: Row) -> dict[str, Any]:
        """Return what a request for a single record adds or repeats."""

    def _row(self, kind: str, rng: SeededRandom, new: NewRecord) -> Row:
        body = encode_row(self.make_fields[kind](self.references, rng, new))
        return Row(new.id, body, new.active, new.updated)

    def _new_ids(self, kind: str) -> Iterator[int]:
        """Return ascending ids with gaps, as in a real tenant."""
        rng = SeededRandom(self.references.seed, f"{kind} ids")
        steps = self.steps.get(kind, (1, 1, 1, 2, 5))
        first, number = self.first_ids.get(kind, (1, 2))
        yield first
        while True:
            yield number
            number += rng.pick(steps)
