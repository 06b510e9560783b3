"""Links to records in Halo's own pages, and the records that a link or an API address names.

Seen in several other products: `/customer?clientid=12&siteid=18` and `/ticket?id=9001`. For other types there is no
link: a site's page takes its client too, a contact's (`/customer?userid=5`) was seen in one product only, and for
products, assets and contracts no page that takes a number is known. Their pages here lead to their client instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult

from portal.halo.resources import RESOURCES
from portal.psa import named_records
from portal.psa.named_records import NamedRecord

PAGES: Final[Mapping[str, str]] = {"clients": "customer?clientid={}", "opportunities": "ticket?id={}"}
# What people and Halo call a record, in the singular.
WORDS: Final[Mapping[str, str]] = {
    "client": "clients",
    "customer": "clients",
    "site": "sites",
    "contact": "contacts",
    "user": "contacts",
    "product": "products",
    "item": "products",
    "asset": "assets",
    "device": "assets",
    "opportunity": "opportunities",
    "opportunities": "opportunities",
    "ticket": "opportunities",
    "contract": "contracts",
    "client contract": "contracts",
}
# Parameters of Halo's pages, the most specific first: a site's page names its client too.
PARAMETERS: Final[Mapping[str, str]] = {
    "contractid": "contracts",
    "assetid": "assets",
    "deviceid": "assets",
    "itemid": "products",
    "userid": "contacts",
    "ticketid": "opportunities",
    "opportunityid": "opportunities",
    "siteid": "sites",
    "clientid": "clients",
    "customerid": "clients",
}
API_PATHS: Final = {each.path.lower(): record_type for record_type, each in RESOURCES.items()} | {
    "tickets": "opportunities"
}


def record_link(values: Mapping[str, str], record_type: str, remote_id: int) -> str | None:
    """Return the address of the record's page in Halo; None if no such page is known."""
    address, page = values.get("base_url", ""), PAGES.get(record_type)
    return f"{address}/{page.format(remote_id)}" if address and page else None


def record_named_by(text: str) -> list[NamedRecord]:
    """Return the records that the text names, the most specific first."""
    link = named_records.link_in(text)
    return named_records.in_words(text, WORDS) if link is None else _in_link(link)


def _in_link(link: SplitResult) -> list[NamedRecord]:
    folders = [part for part in link.path.split("/") if part]
    if len(folders) > 1 and (found := _in_path(folders[-2], folders[-1])):
        return found
    query = named_records.query_of(link)
    pairs: list[tuple[str | None, str]] = [(each, query[name]) for name, each in PARAMETERS.items() if name in query]
    if not pairs and "id" in query:
        pairs = [(_type_of(folders[-1]) if folders else None, query["id"])]
    return named_records.numbered(pairs)


def _in_path(folder: str, number: str) -> list[NamedRecord]:
    """Read `/api/Client/12` and `/tickets/9001`."""
    return named_records.numbered([(_type_of(folder), number)])


def _type_of(folder: str) -> str | None:
    name = folder.lower()
    return API_PATHS.get(name) or WORDS.get(name) or WORDS.get(name.removesuffix("s"))
