"""Fields of sites (halo-api.md section 4.2: list Site_List, detail Site)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.halo.record_fields import addresses
from portal.halo.record_fields.values import UNKNOWN, active, reference
from portal.record_fields import Value
from portal.record_fields.values import Row, phone, text


def fields(row: Row) -> Mapping[str, Value | None]:
    return {
        "name": text(row, "name"),
        "active": active(row),
        "client": reference(row, "clients", ("client_id",), "client_name", unknown=UNKNOWN),
        "address": addresses.of_site(row),
        "phone": phone(row, "phonenumber"),
        "main_contact": reference(row, "contacts", ("maincontact_id",), "maincontact_name"),
        "time_zone": text(row, "timezone"),
    }
