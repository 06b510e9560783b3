"""The seven lists: path, name, and what the API member's role must allow (connectwise-api.md section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# The largest page that ConnectWise grants; larger ones are cut without a word (section 4).
PAGE_SIZE: Final = 1000
# Servers that do not know a page size use this one, and page sizes are multiples of it.
SMALLEST_PAGE: Final = 25
IN_ORDER: Final = {"orderBy": "id asc"}


@dataclass(frozen=True)
class Resource:
    """`words` is the rows' name in messages; `permission` is what the security role calls the right to read them.

    `per_client` is the path of one client's list, for a type that ConnectWise lists in no other way.
    """

    path: str
    words: str
    permission: str
    per_client: str = ""


RESOURCES: Final[Mapping[str, Resource]] = {
    "clients": Resource("company/companies", "companies", "Companies > Company Maintenance"),
    "sites": Resource(
        "company/companies",
        "company sites",
        "Companies > Company Maintenance",
        per_client="company/companies/{client_id}/sites",
    ),
    "contacts": Resource("company/contacts", "contacts", "Companies > Contacts"),
    "products": Resource("procurement/catalog", "products (Product Catalog)", "Procurement > Product Catalog"),
    "assets": Resource("company/configurations", "configurations", "Companies > Configurations"),
    "opportunities": Resource("sales/opportunities", "opportunities", "Sales > Opportunity"),
    "contracts": Resource("finance/agreements", "agreements", "Finance > Agreements"),
}


def list_path(record_type: str, client_id: int | None = None) -> str:
    """Return the path of a list; for a list per client, that of this client."""
    resource = RESOURCES[record_type]
    return resource.per_client.format(client_id=client_id) if client_id else resource.path


def shown_path(path: str, asked: Mapping[str, str]) -> str:
    """Return the path of a call for the log, without the parameters that all calls have."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"/{path}?{query}"
