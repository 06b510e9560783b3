"""The form that connects a PSA: its fields, and how user input becomes connection values."""

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


class ParsedAddress(NamedTuple):
    """A usable address. `notes` briefly lists the corrections made to what was typed."""

    address: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ConnectField:
    """One field. `help` explains where to find the value.

    A required field has a `missing` message. If the value of an `is_destination` field changes, the stored secrets
    would go to another server, so the user must enter them again. `requires` is the problem and remedy that a command
    prints for an empty value. `replacing` is the help text shown while a secret is already stored.
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
    """A PSA's connect form. `address` names the field for the PSA's address; `example` is a sample value.

    `discovered` names the fields that can be filled in for the user: `discover` asks the PSA and raises nothing;
    `guess` returns the same fields without a request. Discovery runs if the first of these fields is empty.
    `parse_address` corrects a pasted address; `normalize` returns the value to store for an address field, given its
    name. Both raise ValueError for text that is not an address.
    """

    fields: tuple[ConnectField, ...]
    address: str
    example: str
    discovered: tuple[str, ...]
    parse_address: Callable[[str], ParsedAddress]
    normalize: Callable[[str, str], str]
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
