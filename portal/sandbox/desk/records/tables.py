"""The columns and form fields of a record type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

ControlKind = Literal["text", "long", "number", "yes_no", "day", "choice", "reference"]
Fields = dict[str, Any]
Reader = Callable[[Mapping[str, Any]], Any]
# Returns the keys to change, given the new value and the record before. A value is a text, a number, a yes or no, a
# date or None, the number and name of a choice, or the number and fields of the record referred to.
Writer = Callable[[Any, Mapping[str, Any]], Fields]


def value_at(key: str) -> Reader:
    """Return what reads a key, or a key of an object: `company/name`."""

    def read(fields: Mapping[str, Any]) -> Any:
        value: Any = fields
        for part in key.split("/"):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    return read


@dataclass(frozen=True)
class FormField:
    """A field of a record's form; by default it is the key itself. A reference is to a record of the type `to`."""

    key: str
    label: str
    kind: ControlKind = "text"
    choices: tuple[tuple[int, str], ...] = ()
    to: str = ""
    read: Reader | None = None
    write: Writer | None = None

    def value(self, fields: Mapping[str, Any]) -> Any:
        return (self.read or value_at(self.key))(fields)

    def changes(self, value: Any, before: Mapping[str, Any]) -> Fields:
        return self.write(value, before) if self.write else {self.key: value}


@dataclass(frozen=True)
class Table:
    """`label` reads a record's name; `columns` follow it in the list; `end` and `renew` change its state.

    `deleted` is where deleted records stay, if the PSA keeps them.
    """

    one: str
    many: str
    label: Reader
    columns: tuple[tuple[str, Reader], ...]
    entries: tuple[FormField, ...]
    end: str = "Deactivate"
    renew: str = "Reactivate"
    inactive: str = "inactive"
    deleted: str = ""
