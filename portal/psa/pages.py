"""What a client returns of a list, for any PSA: Page and IdList of portal/psa/source.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True)
class Page(Generic[R]):
    """One page of a list. `size` and `total` are the page size and record count that the PSA states, or None.

    `note` explains to people what was unusual about it.
    """

    number: int
    rows: list[R]
    size: int | None
    total: int | None
    path: str
    status: int
    seconds: float
    retries: int
    note: str = ""


@dataclass(frozen=True)
class IdList:
    """The ids of a whole list. `unusable` counts rows without an id; `total` is the PSA's own count."""

    ids: frozenset[int]
    unusable: int
    total: int | None
