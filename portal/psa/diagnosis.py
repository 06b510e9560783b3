"""The result of a connection test, for any PSA, as pages and commands show it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

# The page size to assume if a test could not determine it: every known PSA grants it.
CAUTIOUS_PAGE_SIZE: Final = 100


class Access(StrEnum):
    """A list is also `empty` if the login may open it but may not see any of its rows."""

    GRANTED = "granted"
    REFUSED = "refused"
    EMPTY = "empty"
    UNKNOWN = "unknown"


class ListAccess(msgspec.Struct):
    """The test's result for one record type's list.

    `total` counts all records; `inactive` counts inactive clients only. `page_size` is the size that the PSA states
    when 1,000 rows are requested. `counted` is true if `total` is known to cover the whole list, because it exceeds
    the number of rows returned. `is_per_client` means that the list is read once per client; `has_details` that each
    record takes a request of its own as well. `problem` and `remedy` explain why access is not `granted`.
    """

    access: Access
    total: int = 0
    inactive: int = 0
    page_size: int = CAUTIOUS_PAGE_SIZE
    counted: bool = False
    is_per_client: bool = False
    has_details: bool = False
    problem: str = ""
    remedy: str = ""

    @property
    def is_uncounted(self) -> bool:
        """Whether `total` is just the single row that the test read."""
        return self.access == Access.GRANTED and self.total == 1 and not self.counted


@dataclass(frozen=True)
class Fix:
    """Form values that solve the problem. A button labelled `label` applies them and tests again."""

    label: str
    changes: Mapping[str, str]


@dataclass(frozen=True)
class Advice:
    """A recommendation about a working connection."""

    problem: str
    remedy: str


@dataclass(frozen=True)
class Diagnosis:
    """The result of a connection test.

    `agent` is the name of the login. `field` is the form field to correct, or None if no value is wrong. `fix` is a
    correction that a button can apply; `lists` has the result for each record type.
    """

    ok: bool
    agent: str = ""
    field: str | None = None
    problem: str = ""
    remedy: str = ""
    fix: Fix | None = None
    advice: tuple[Advice, ...] = ()
    lists: Mapping[str, ListAccess] = dataclasses.field(default_factory=dict)


def failed(field: str | None, problem: str, remedy: str, fix: Fix | None = None) -> Diagnosis:
    return Diagnosis(ok=False, field=field, problem=problem, remedy=remedy, fix=fix)
