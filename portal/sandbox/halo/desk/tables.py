"""The columns and form fields of each record type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from portal.sandbox.desk.records.tables import Fields, FormField, Table, value_at
from portal.sandbox.halo.data.assets import ASSET_TYPES
from portal.sandbox.halo.data.clients import TOP_LEVELS
from portal.sandbox.halo.data.dates import EMPTY
from portal.sandbox.halo.data.opportunities import STAGES
from portal.sandbox.halo.data.products import ITEM_GROUPS


def _table(
    one: str,
    many: str,
    label: str,
    columns: tuple[tuple[str, str], ...],
    entries: tuple[FormField, ...],
    **words: str,
) -> Table:
    read = tuple((title, value_at(key)) for title, key in columns)
    return Table(one, many, value_at(label), read, entries, **words)


def _day(key: str, label: str) -> FormField:
    """Make a field for a day, which is 1900-01-01 if empty (halo-api.md section 4)."""

    def read(fields: Mapping[str, Any]) -> Any:
        text = str(fields.get(key) or "")
        return None if text.startswith("1900") else text

    def write(day: date | None, before: Mapping[str, Any]) -> Fields:
        del before
        return {key: f"{day.isoformat()}T00:00:00" if day else EMPTY}

    return FormField(key, label, "day", read=read, write=write)


def _choice(key: str, label: str, choices: tuple[tuple[int, str], ...], name_key: str) -> FormField:
    """Make a field for a choice, which is an id and a name in another key."""

    def write(chosen: tuple[int, str], before: Mapping[str, Any]) -> Fields:
        del before
        number, name = chosen
        return {key: number, name_key: name}

    return FormField(key, label, "choice", choices, write=write)


def _to_client(chosen: tuple[int, Fields], before: Mapping[str, Any]) -> Fields:
    del before
    number, client = chosen
    return {"client_id": number, "client_name": client.get("name", "")}


def _site_to_client(chosen: tuple[int, Fields], before: Mapping[str, Any]) -> Fields:
    """Write the client's id as a float, as sites have it (halo-api.md section 4)."""
    return _to_client(chosen, before) | {"client_id": float(chosen[0])}


def _to_site(chosen: tuple[int, Fields], before: Mapping[str, Any]) -> Fields:
    del before
    number, site = chosen
    return {
        "site_id": number,
        "site_name": site.get("name", ""),
        "client_id": int(site.get("client_id", 1)),
        "client_name": site.get("client_name", ""),
    }


def _contact_to_site(chosen: tuple[int, Fields], before: Mapping[str, Any]) -> Fields:
    """Write the site's id as a float and as an integer, as contacts have it."""
    return _to_site(chosen, before) | {"site_id": float(chosen[0]), "site_id_int": chosen[0]}


_CLIENT = FormField("client_id", "Client number", "reference", to="clients", write=_to_client)
_SITES_CLIENT = FormField("client_id", "Client number", "reference", to="clients", write=_site_to_client)
_SITE = FormField("site_id", "Site number", "reference", to="sites", write=_to_site)
_CONTACTS_SITE = FormField("site_id", "Site number", "reference", to="sites", write=_contact_to_site)
_STAGES = tuple((number, name) for number, name, _ in STAGES)

TABLES: Final[dict[str, Table]] = {
    "clients": _table(
        "client",
        "clients",
        "name",
        (("Top level", "toplevel_name"), ("Reference", "ref")),
        (
            FormField("name", "Name"),
            _choice("toplevel_id", "Top level", TOP_LEVELS, "toplevel_name"),
            FormField("ref", "Reference"),
            FormField("accountsid", "Accounts ID"),
            FormField("is_vip", "VIP", "yes_no"),
            FormField("notes", "Notes", "long"),
        ),
    ),
    "sites": _table(
        "site",
        "sites",
        "name",
        (("Client", "client_name"), ("Phone", "phonenumber")),
        (
            FormField("name", "Name"),
            _SITES_CLIENT,
            FormField("phonenumber", "Phone"),
            FormField("timezone", "Time zone"),
            FormField("isstocklocation", "Stock location", "yes_no"),
            FormField("isinvoicesite", "Invoice site", "yes_no"),
        ),
    ),
    "contacts": _table(
        "contact",
        "contacts",
        "name",
        (("Client", "client_name"), ("Email", "emailaddress")),
        (
            FormField("name", "Name"),
            FormField("firstname", "First name"),
            FormField("surname", "Last name"),
            FormField("title", "Job title"),
            FormField("emailaddress", "Email"),
            FormField("phonenumber", "Phone"),
            FormField("mobilenumber", "Mobile"),
            _CONTACTS_SITE,
            FormField("isimportantcontact", "Important contact", "yes_no"),
            FormField("isserviceaccount", "Service account", "yes_no"),
        ),
    ),
    "products": _table(
        "product",
        "products",
        "name",
        (("Group", "assetgroup_name"), ("Price", "baseprice")),
        (
            FormField("name", "Name"),
            _choice("assetgroup_id", "Product group", ITEM_GROUPS, "assetgroup_name"),
            FormField("internalreference", "Reference"),
            FormField("baseprice", "Price", "number"),
            FormField("costprice", "Cost", "number"),
            FormField("isrecurringitem", "Recurring", "yes_no"),
            FormField("taxable", "Taxable", "yes_no"),
            FormField("description", "Description", "long"),
        ),
    ),
    "assets": _table(
        "asset",
        "assets",
        "key_field",
        (("Type", "assettype_name"), ("Client", "client_name")),
        (
            FormField("key_field", "Name"),
            FormField("inventory_number", "Asset tag"),
            _choice("assettype_id", "Type", ASSET_TYPES, "assettype_name"),
            _SITE,
            FormField("username", "User"),
            _day("warranty_end", "Warranty ends"),
            _day("supplier_purchasedate", "Purchased"),
        ),
    ),
    "opportunities": _table(
        "opportunity",
        "opportunities",
        "summary",
        (("Client", "client_name"), ("Stage", "pipeline_stage_name"), ("Value", "oppvalue")),
        (
            FormField("summary", "Summary"),
            _CLIENT,
            _choice("pipeline_stage_id", "Stage", _STAGES, "pipeline_stage_name"),
            FormField("oppvalue", "Value", "number"),
            FormField("oppvalue_monthly", "Monthly value", "number"),
            FormField("oppconversionprobability", "Probability in %", "number"),
            _day("targetdate", "Expected close"),
            FormField("details", "Details", "long"),
        ),
        end="Close",
        renew="Reopen",
        inactive="closed",
    ),
    "contracts": _table(
        "contract",
        "contracts",
        "refextra",
        (("Reference", "ref"), ("Client", "client_name"), ("Ends", "end_date")),
        (
            FormField("refextra", "Title"),
            FormField("ref", "Reference"),
            _CLIENT,
            _day("start_date", "Starts"),
            _day("end_date", "Ends"),
            _day("next_invoice_date", "Next invoice"),
            FormField("periodchargeamount", "Value per period", "number"),
            FormField("note", "Note", "long"),
        ),
        end="Expire",
        renew="Renew",
        inactive="expired",
    ),
}
