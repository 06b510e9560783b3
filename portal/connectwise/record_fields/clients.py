"""Fields of clients, which ConnectWise calls companies (connectwise-api.md section 5)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.connectwise.facts import is_inactive_client
from portal.connectwise.record_fields.values import (
    address,
    currency,
    name,
    objects,
    part,
    reference,
)
from portal.connectwise.values import NAME_KEYS
from portal.record_fields import Value
from portal.record_fields.values import Row, link, moment, number, phone, text


def fields(row: Row) -> Mapping[str, Value | None]:
    return {
        "name": text(row, "name"),
        "number": number(row, "id"),
        "reference": text(row, "identifier"),
        "status": name(row, "status"),
        "relationships": _types(row),
        "parent": reference(row, "clients", "parentCompany"),
        "currency": currency(row) or name(row, "currency"),
        "active": _active(row),
        "phone": phone(row, "phoneNumber"),
        "website": link(row, "website"),
        # A company has no e-mail domain; its website may be elsewhere.
        "email_domain": None,
        "main_site": reference(row, "sites", "site"),
        "main_contact": reference(row, "contacts", "defaultContact"),
        # Not in the specification, where it is a member of the company's team, but shown if it is sent.
        "account_manager": reference(row, None, "accountManager"),
        "address": address(row),
        "created": moment(part(row, "_info"), "dateEntered", "createdDate"),
        "changed": moment(part(row, "_info"), "lastUpdated"),
    }


def _active(row: Row) -> bool | None:
    """Whether the company is neither deleted nor inactive by its status; None if the row says neither."""
    if "deletedFlag" not in row and name(row, "status") is None:
        return None
    return not is_inactive_client(row.get("status"), row.get("deletedFlag"))


def _types(row: Row) -> tuple[str, ...] | None:
    """Return the names of the company's types. Older models have a single one."""
    several = tuple(found for each in objects(row, "types") if (found := text(each, *NAME_KEYS)))
    one = name(row, "type")
    return several or ((one,) if one else None)
