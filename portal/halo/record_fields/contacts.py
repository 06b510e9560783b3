"""Fields of contacts, which Halo calls users (halo-api.md section 4.3: list Users_List, detail Users)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.halo.record_fields.values import UNKNOWN, active, reference
from portal.record_fields import Value
from portal.record_fields.values import Row, email, phone, text, yes_no


def fields(row: Row) -> Mapping[str, Value | None]:
    return {
        "first_name": text(row, "firstname"),
        "last_name": text(row, "surname"),
        "job_title": text(row, "title"),
        "is_main_contact": yes_no(row, "ismaincontact", "isimportantcontact"),
        "is_service_account": yes_no(row, "isserviceaccount"),
        "active": active(row),
        "email": email(row, "emailaddress", "email2", "email3"),
        "phone": phone(row, "phonenumber", "phonenumber_preferred", "sitephonenumber"),
        "mobile": phone(row, "mobilenumber", "mobilenumber2"),
        "client": reference(row, "clients", ("client_id",), "client_name", unknown=UNKNOWN),
        # `site_id` is a float, `site_id_int` the same as an integer.
        "site": reference(row, "sites", ("site_id_int", "site_id"), "site_name"),
    }
