"""Fields of clients (halo-api.md section 4.1: list Area_List, detail Area)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.halo.record_fields import addresses
from portal.halo.record_fields.values import UNKNOWN, active, reference
from portal.record_fields import Value
from portal.record_fields.values import Row, as_yes_no, link, moment, names, number, phone, text


def fields(row: Row) -> Mapping[str, Value | None]:
    return {
        "name": text(row, "name"),
        "number": number(row, "id"),
        "reference": text(row, "ref", "accountsid"),
        # `stopped` is the "On stop" checkbox of a customer; only details have the kind of customer.
        "status": "On stop" if as_yes_no(row.get("stopped")) else text(row, "customertype_new"),
        "relationships": names(row, "customer_relationship", "customer_relationship_list"),
        "parent": _parent(row),
        "currency": text(row, "currencyisocode", "clientcurrency", "default_currency_code_name"),
        "active": active(row),
        # From here on in details only (SPEC), but main_phonenumber and main_site_id were seen in lists too.
        "phone": phone(row, "main_phonenumber", "main_contact_phonenumber", "override_org_phone"),
        "website": link(row, "website", "override_org_website"),
        "email_domain": text(row, "domain"),
        "main_site": reference(row, "sites", ("main_site_id",), "main_site_name"),
        "main_contact": reference(row, "contacts", ("main_contact_id",), "main_contact_name"),
        "account_manager": reference(row, None, ("accountmanagertech",), "accountmanagertech_name", unknown=UNKNOWN),
        "address": addresses.in_block(row, "main_delivery_address", "main_invoice_address", "override_org_address"),
        "created": moment(row, "datecreated"),
        "changed": moment(row, "alastupdate"),
    }


def _parent(row: Row) -> Value | None:
    """Return the top level; one called "Unknown" means none."""
    found = reference(row, None, ("toplevel_id",), "toplevel_name")
    return None if found is None or found.name == "Unknown" else found
