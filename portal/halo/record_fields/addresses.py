"""Postal addresses (halo-api.md section 4.2): a block of lines in details, flat lines in a list of sites.

What Halo's four lines hold is up to each MSP, so none of them is taken for a city. The fifth flat line is the
postcode.
"""

from __future__ import annotations

from collections.abc import Mapping

from portal.record_fields import Address
from portal.record_fields.values import Row, text


def in_block(row: Row, *keys: str) -> Address | None:
    """Return the first of these address blocks that is not empty."""
    for key in keys:
        block = row.get(key)
        if isinstance(block, Mapping) and (found := _address(row, block, "line", "postcode")):
            return found
    return None


def of_site(row: Row) -> Address | None:
    found = in_block(row, "delivery_address", "invoice_address")
    return found or _address(row, row, "delivery_address_line", "delivery_address_line5")


def _address(row: Row, block: Row, line: str, postcode: str) -> Address | None:
    country, region = text(row, "country_code_name") or "", text(row, "region_code_name") or ""
    lines = (text(block, f"{line}{number}") for number in range(1, 5))
    found = Address(
        lines=tuple(each for each in lines if each and each not in {country, region}),
        region=region,
        postcode=text(block, postcode) or "",
        country=country,
    )
    # A country alone is the site's country, not an address.
    return found if found.lines or found.postcode else None
