"""Fields of contacts (connectwise-api.md section 5).

E-mail addresses and phone numbers are communication items: {"communicationType": "Email", "type": {"name": "Work"},
"value": …, "defaultFlag": true}. They may be missing altogether.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from portal.connectwise.record_fields.values import name, not_flag, objects, reference
from portal.record_fields import Value
from portal.record_fields.values import Row, as_words, as_yes_no, email, phone, text, yes_no

_MOBILE: Final = re.compile(r"\b(?:cell|mobile|handy)", re.IGNORECASE)
_EMAIL: Final = re.compile(r"e-?mail", re.IGNORECASE)
_OTHER: Final = re.compile(r"\b(?:fax|page|pager)\b", re.IGNORECASE)


def fields(row: Row) -> Mapping[str, Value | None]:
    items = sorted(
        objects(row, "communicationItems"), key=lambda item: as_yes_no(item.get("defaultFlag")) is not True
    )
    phones = [item for item in items if not _is_email(item) and not _OTHER.search(_kind(item))]
    default_is_mobile = bool(_MOBILE.search(name(row, "defaultPhoneType") or ""))
    default = phone({"value": _with_extension(row, "defaultPhoneNbr", "defaultPhoneExtension")}, "value")
    return {
        "first_name": text(row, "firstName"),
        "last_name": text(row, "lastName"),
        "job_title": text(row, "title"),
        "is_main_contact": yes_no(row, "defaultFlag"),
        # ConnectWise has no such mark.
        "is_service_account": None,
        "active": not_flag(row, "inactiveFlag"),
        "email": next((found for item in items if _is_email(item) and (found := email(item, "value"))), None),
        "phone": next(_numbers(phones, mobile=False), None) or (None if default_is_mobile else default),
        "mobile": next(_numbers(phones, mobile=True), None) or (default if default_is_mobile else None),
        "client": reference(row, "clients", "company"),
        "site": reference(row, "sites", "site"),
    }


def _numbers(items: list[Row], *, mobile: bool) -> Iterator[str]:
    for item in items:
        number = phone({"value": _with_extension(item, "value", "extension")}, "value")
        if number and bool(_MOBILE.search(_kind(item))) is mobile:
            yield number


def _with_extension(row: Row, number_key: str, extension_key: str) -> str:
    number, extension = as_words(row.get(number_key)) or "", as_words(row.get(extension_key))
    return f"{number} x{extension}" if extension and extension.isdigit() else number


def _is_email(item: Row) -> bool:
    return bool(_EMAIL.search(_kind(item)))


def _kind(item: Row) -> str:
    """Return the kind of an item, and the name that the MSP gave it: "Phone Cell"."""
    return f"{text(item, 'communicationType') or ''} {name(item, 'type') or ''}"
