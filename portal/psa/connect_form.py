"""The form that connects a PSA: its fields, and how what people type becomes connection values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from portal.outbound import OutboundClient


class FieldKind(StrEnum):
    TEXT = "text"
    ADDRESS = "address"
    SECRET = "secret"  # noqa: S105  # a kind of field


class Understood(NamedTuple):
    """An address that can be called. `notes` list the corrections in short, and are empty where there are none."""

    address: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ConnectField:
    """One field. `help` tells people where to find the value.

    A required field has a `missing` message. When a value of a field with `is_destination` changes, the stored
    secrets would be sent somewhere else, so people have to enter them again. `requires` is what a command reports
    for an empty value, as problem and remedy. `replacing` is the help for a secret that replaces the stored one.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    help: str = ""
    missing: str = ""
    requires: tuple[str, str] = ("", "")
    is_destination: bool = False
    replacing: str = ""


@dataclass(frozen=True)
class ConnectForm:
    """`address` names the field that holds the PSA's address, such as `example`.

    `discovered` names the fields that the PSA itself can fill in: `discover` asks it, and raises nothing; `guess`
    returns the same fields without a request. Discovery runs when the first of them is empty.
    `understand` corrects a pasted address, and `tidy` returns the value to store for a field of kind address; both
    raise ValueError for text that is no address.
    """

    fields: tuple[ConnectField, ...]
    address: str
    example: str
    discovered: tuple[str, ...]
    understand: Callable[[str], Understood]
    tidy: Callable[[str, str], str]
    discover: Callable[[OutboundClient, str], Mapping[str, str]]
    guess: Callable[[str], Mapping[str, str]]

    @property
    def public(self) -> tuple[ConnectField, ...]:
        return tuple(field for field in self.fields if field.kind != FieldKind.SECRET)

    @property
    def secrets(self) -> tuple[ConnectField, ...]:
        return tuple(field for field in self.fields if field.kind == FieldKind.SECRET)

    def label_of(self, name: str) -> str:
        return next(field.label for field in self.fields if field.name == name)
