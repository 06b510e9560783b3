"""The seven record types, in the order in which they are synced: owners before what belongs to them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class RecordType(StrEnum):
    CLIENTS = "clients"
    SITES = "sites"
    CONTACTS = "contacts"
    PRODUCTS = "products"
    ASSETS = "assets"
    OPPORTUNITIES = "opportunities"
    CONTRACTS = "contracts"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def singular(self) -> str:
        """Return the word for one record: client, opportunity."""
        return f"{self.value[:-3]}y" if self.value.endswith("ies") else self.value[:-1]

    def counted(self, number: int) -> str:
        """Write a number of records of the type: 1 client, 2,000 clients."""
        return f"{number:,} {self.singular if number == 1 else self.value}"


# Other records belong to clients, so clients are always synced.
ALWAYS_ON = RecordType.CLIENTS


def in_order(chosen: Iterable[str]) -> list[RecordType]:
    """Return the chosen types in sync order, with clients always among them. Raises ValueError on an unknown one."""
    wanted = {RecordType(name) for name in chosen} | {ALWAYS_ON}
    return [record_type for record_type in RecordType if record_type in wanted]
