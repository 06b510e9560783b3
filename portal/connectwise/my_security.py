"""The rights of the API member's own role, which not every member may read (connectwise-api.md section 3)."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from portal.connectwise.resources import PAGE_SIZE
from portal.json_errors import JSON_ERRORS
from portal.outbound import Response

PATH: Final = "system/mySecurity"
PARAMS: Final = {"pageSize": str(PAGE_SIZE)}
NONE: Final = "none"
MY: Final = "my"


class Right(msgspec.Struct, rename="camel"):
    """The levels of one function of the role, each None, My or All."""

    module_function_name: Any = None
    module_function_identifier: Any = None
    inquire_level: Any = None
    add_level: Any = None
    edit_level: Any = None
    delete_level: Any = None

    def is_called(self, function: str) -> bool:
        """Whether this is the function with this name, as in Company Maintenance."""
        names = (self.module_function_name, self.module_function_identifier)
        return any(_plain(name) == _plain(function) for name in names)

    @property
    def is_partial(self) -> bool:
        """Whether the role sees only the member's own records."""
        return _level(self.inquire_level) == MY

    @property
    def can_write(self) -> bool:
        levels = (self.add_level, self.edit_level, self.delete_level)
        return any(_level(each) not in {"", NONE} for each in levels)


def read(response: Response) -> tuple[Right, ...]:
    """Parse the rights; none for any other response."""
    if response.status != 200:
        return ()
    try:
        return tuple(msgspec.json.decode(response.body, type=list[Right]))
    except JSON_ERRORS:
        return ()


def _level(value: Any) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def _plain(name: Any) -> str:
    return re.sub(r"[^a-z]", "", name.lower()) if isinstance(name, str) else ""
