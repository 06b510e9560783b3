"""The kinds of record fields and the types of their values. A field without a value is absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Final


class Kind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    MOMENT = "moment"
    EMAIL = "email"
    PHONE = "phone"
    LINK = "link"
    ADDRESS = "address"
    REFERENCE = "reference"
    YES_NO = "yes_no"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Money:
    """`currency` is an ISO code, or None if the PSA does not state one."""

    amount: Decimal
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """An address with at least one part."""

    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that have a value, in postal order."""
        return tuple(part for part in (*self.lines, self.city, self.region, self.postcode, self.country) if part)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to something else, with at least a number or a name. `record_type` is None for what is not synced,
    such as an agent.
    """

    record_type: str | None
    number: int | None
    name: str = ""


# Text, links, phone numbers and e-mail addresses are str. A date has no time zone; a moment is in UTC.
Value = str | int | Decimal | bool | date | datetime | Money | Address | Reference | tuple[str, ...]

TYPES: Final[Mapping[Kind, type | tuple[type, ...]]] = {
    Kind.TEXT: str,
    Kind.LONG_TEXT: str,
    Kind.NUMBER: (int, Decimal),
    Kind.MONEY: Money,
    Kind.DATE: date,
    Kind.MOMENT: datetime,
    Kind.EMAIL: str,
    Kind.PHONE: str,
    Kind.LINK: str,
    Kind.ADDRESS: Address,
    Kind.REFERENCE: Reference,
    Kind.YES_NO: bool,
    Kind.LIST: tuple,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field. The search in lists covers `searchable` fields; `unit` follows a number."""

    name: str
    label: str
    kind: Kind
    group: str
    searchable: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class CustomField:
    """A field that the MSP defined in its PSA."""

    label: str
    kind: Kind
    value: Value


@dataclass(frozen=True, eq=False)
class RecordFields:
    """The fields of one record: values of declared fields by name, and custom fields that have a value.

    `read_custom` reads the custom fields, which lists and searches never show, when somebody asks for them.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    read_custom: Callable[[], tuple[CustomField, ...]] = tuple

    @cached_property
    def custom(self) -> tuple[CustomField, ...]:
        return self.read_custom()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecordFields) and (self.values, self.custom) == (other.values, other.custom)


def fits(kind: Kind, value: Value) -> bool:
    """Whether a value has the right type for its kind."""
    if isinstance(value, bool):
        return kind is Kind.YES_NO
    if isinstance(value, datetime):
        return kind is Kind.MOMENT
    return isinstance(value, TYPES[kind])
