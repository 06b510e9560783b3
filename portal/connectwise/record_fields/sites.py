"""Fields of sites (connectwise-api.md section 5)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.connectwise.record_fields.values import address, name, not_flag, reference
from portal.record_fields import Value
from portal.record_fields.values import Row, phone, text


def fields(row: Row) -> Mapping[str, Value | None]:
    return {
        "name": text(row, "name"),
        # Older models call the flag `inactive`.
        "active": not_flag(row, "inactiveFlag", "inactive"),
        "client": reference(row, "clients", "company"),
        "address": address(row),
        "phone": phone(row, "phoneNumber"),
        # A site has no contact of its own: each contact names its site.
        "main_contact": None,
        "time_zone": name(row, "timeZone"),
    }
