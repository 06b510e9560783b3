"""The result of a connection test, whatever PSA was tested: for pages and commands to show."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

# The page size to expect where a test could not find out (halo-api.md section 3.2).
CAUTIOUS_PAGE_SIZE: Final = 100


class Access(StrEnum):
    """`empty` is also what a PSA answers when the login may open a list but see none of its rows."""

    GRANTED = "granted"
    REFUSED = "refused"
    EMPTY = "empty"
    UNKNOWN = "unknown"


class ListAccess(msgspec.Struct):
    """What a test found out about one record type's list.

    `total` counts all records; `inactive` only the inactive clients. `page_size` is what the PSA says it grants when
    1,000 rows are requested. `counted` is true if `total` covers the whole list: it exceeds the rows that came.
    `problem` and `remedy` explain why access is not `granted`.
    """

    access: Access
    total: int = 0
    inactive: int = 0
    page_size: int = CAUTIOUS_PAGE_SIZE
    counted: bool = False
    problem: str = ""
    remedy: str = ""

    @property
    def is_uncounted(self) -> bool:
        """Tell whether `total` is only the one row that the test has read."""
        return self.access == Access.GRANTED and self.total == 1 and not self.counted


@dataclass(frozen=True)
class Fix:
    """Form values that solve the problem: a button named `label` applies them and tests again."""

    label: str
    changes: Mapping[str, str]


@dataclass(frozen=True)
class Advice:
    """Something to improve about a connection that works."""

    problem: str
    remedy: str


@dataclass(frozen=True)
class Diagnosis:
    """`agent` is the name of the login. `field` is the form field to correct, None when the values are not the cause.

    `fix` is what a button can correct; `lists` says what each record type's list has shown.
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
