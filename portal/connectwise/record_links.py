"""Links to records in ConnectWise's own pages (connectwise-api.md section 1), and the records that a link or an API
address names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, urlencode, urlsplit

from portal.connectwise.addresses import CLOUD
from portal.connectwise.resources import RESOURCES
from portal.psa import named_records
from portal.psa.named_records import NamedRecord

ROUTER: Final = "v4_6_release/services/system_io/router/openrecord.rails"
# Seen in several other products. For sites and products, no screen was seen that the router opens.
SCREENS: Final[Mapping[str, str]] = {
    "clients": "CompanyFV",
    "contacts": "ContactFV",
    "assets": "ConfigFv",
    "opportunities": "OpportunityFV",
    "contracts": "AgreementFV",
}
TYPES: Final = {screen.lower(): record_type for record_type, screen in SCREENS.items()}
# What people and ConnectWise call a record, in the singular.
WORDS: Final[Mapping[str, str]] = {
    "client": "clients",
    "company": "clients",
    "companies": "clients",
    "site": "sites",
    "contact": "contacts",
    "product": "products",
    "catalog item": "products",
    "asset": "assets",
    "configuration": "assets",
    "config": "assets",
    "opportunity": "opportunities",
    "opportunities": "opportunities",
    "contract": "contracts",
    "agreement": "contracts",
}
_HOSTS: Final = {api: people for people, api in CLOUD.items()}
_SITE: Final = re.compile(r"/company/companies/\d+/sites/(\d+)(?:/|$)", re.IGNORECASE)
_LISTS: Final = {each.path: record_type for record_type, each in RESOURCES.items() if not each.per_client}


def record_link(values: Mapping[str, str], record_type: str, remote_id: int) -> str | None:
    """Return the address of the record's page in ConnectWise; None if the router opens no such page."""
    site, company, screen = (
        values.get("site", ""),
        values.get("company_id", ""),
        SCREENS.get(record_type),
    )
    if not site or screen is None:
        return None
    parts = urlsplit(site)
    host = _HOSTS.get(parts.netloc, parts.netloc)
    query = urlencode({"locale": "en_US", "recordType": screen, "recid": remote_id, "companyName": company})
    return f"{parts.scheme}://{host}/{ROUTER}?{query}"


def record_named_by(text: str) -> list[NamedRecord]:
    """Return the records that the text names."""
    link = named_records.link_in(text)
    return named_records.in_words(text, WORDS) if link is None else _in_link(link)


def _in_link(link: SplitResult) -> list[NamedRecord]:
    query = named_records.query_of(link)
    if "recid" in query:
        screen = query.get("recordtype") or query.get("routeto") or ""
        return named_records.numbered([(TYPES.get(screen.lower()), query["recid"])])
    if found := _SITE.search(link.path):
        return named_records.numbered([("sites", found[1])])
    for path, record_type in _LISTS.items():
        if found := re.search(rf"/{path}/(\d+)(?:/|$)", link.path, re.IGNORECASE):
            return named_records.numbered([(record_type, found[1])])
    return []
