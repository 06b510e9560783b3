"""Values that ConnectWise writes in its own way: references, flags, addresses and currencies.

A reference is {"id": 250, "identifier": "Acme", "name": "Acme Ltd"}; it may be absent or empty, and some setup tables
call the name a description (connectwise-api.md section 5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from portal.connectwise.values import NAME_KEYS
from portal.record_fields import Address, Reference
from portal.record_fields.values import LONGEST_LIST, Row, as_id, as_text, as_yes_no, text

_CURRENCY_CODE: Final = re.compile(r"[A-Z]{3}")


def part(row: Row, key: str) -> Row:
    """Return the object under a key; an empty one if there is none."""
    found = row.get(key)
    return found if isinstance(found, Mapping) else {}


def objects(row: Row, key: str) -> Iterator[Row]:
    """Yield the first objects in the list under a key."""
    found = row.get(key)
    yield from (each for each in found[:LONGEST_LIST] if isinstance(each, Mapping)) if isinstance(found, list) else ()


def name(row: Row, key: str) -> str | None:
    """Return the name of what the row refers to. Older servers send the name itself."""
    return text(part(row, key), *NAME_KEYS) or as_text(row.get(key))


def reference(row: Row, record_type: str | None, key: str) -> Reference | None:
    """Return what the row refers to by id, name or both."""
    remote_id, known_as = as_id(part(row, key).get("id")), text(part(row, key), *NAME_KEYS) or ""
    return Reference(record_type, remote_id, known_as) if remote_id is not None or known_as else None


def not_flag(row: Row, *keys: str) -> bool | None:
    """Return the opposite of the first of these flags that is sent."""
    found = next((flag for key in keys if (flag := as_yes_no(row.get(key))) is not None), None)
    return None if found is None else not found


def address(row: Row) -> Address | None:
    """Return the address of a company or a site. Companies write their state as text, sites refer to one."""
    lines = (text(row, key) for key in ("addressLine1", "addressLine2"))
    found = Address(
        lines=tuple(line for line in lines if line),
        city=text(row, "city") or "",
        region=name(row, "stateReference") or name(row, "state") or "",
        postcode=_postcode(row.get("zip")),
        country=text(part(row, "country"), "name", "identifier") or as_text(row.get("country")) or "",
    )
    # A country alone is a default of the server, not an address.
    return found if found.lines or found.city or found.postcode else None


def currency(row: Row) -> str | None:
    """Return the ISO code of the row's currency, if it has one."""
    found = part(row, "currency")
    codes = (text(found, key) or "" for key in ("currencyCode", "isoCode", "identifier", "name"))
    return next((code for code in codes if _CURRENCY_CODE.fullmatch(code)), None)


def _postcode(value: Any) -> str:
    return as_text(str(value) if type(value) is int else value) or ""
