"""The columns and form fields of each record type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from portal.sandbox.halo.data.assets import ASSET_TYPES
from portal.sandbox.halo.data.clients import TOP_LEVELS
from portal.sandbox.halo.data.opportunities import STAGES
from portal.sandbox.halo.data.products import ITEM_GROUPS

ControlKind = Literal["text", "long", "number", "yes_no", "day", "choice", "client", "site"]


@dataclass(frozen=True)
class FormField:
    """A field of a record's form. `name_key` is the key for the name that belongs to a chosen id."""

    key: str
    label: str
    kind: ControlKind = "text"
    choices: tuple[tuple[int, str], ...] = ()
    name_key: str = ""


@dataclass(frozen=True)
class Table:
    """`label` is the key of a record's name; `columns` follow it in the list; `end` and `renew` change its state."""

    one: str
    label: str
    columns: tuple[tuple[str, str], ...]
    entries: tuple[FormField, ...]
    end: str = "Deactivate"
    renew: str = "Reactivate"
    inactive: str = "inactive"


CLIENT = FormField("client_id", "Client number", "client")
SITE = FormField("site_id", "Site number", "site")

TABLES: Final[dict[str, Table]] = {
    "clients": Table(
        "client",
        "name",
        (("Top level", "toplevel_name"), ("Reference", "ref")),
        (
            FormField("name", "Name"),
            FormField("toplevel_id", "Top level", "choice", TOP_LEVELS, "toplevel_name"),
            FormField("ref", "Reference"),
            FormField("accountsid", "Accounts ID"),
            FormField("is_vip", "VIP", "yes_no"),
            FormField("notes", "Notes", "long"),
        ),
    ),
    "sites": Table(
        "site",
        "name",
        (("Client", "client_name"), ("Phone", "phonenumber")),
        (
            FormField("name", "Name"),
            CLIENT,
            FormField("phonenumber", "Phone"),
            FormField("timezone", "Time zone"),
            FormField("isstocklocation", "Stock location", "yes_no"),
            FormField("isinvoicesite", "Invoice site", "yes_no"),
        ),
    ),
    "contacts": Table(
        "contact",
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
            SITE,
            FormField("isimportantcontact", "Important contact", "yes_no"),
            FormField("isserviceaccount", "Service account", "yes_no"),
        ),
    ),
    "products": Table(
        "product",
        "name",
        (("Group", "assetgroup_name"), ("Price", "baseprice")),
        (
            FormField("name", "Name"),
            FormField("assetgroup_id", "Product group", "choice", ITEM_GROUPS, "assetgroup_name"),
            FormField("internalreference", "Reference"),
            FormField("baseprice", "Price", "number"),
            FormField("costprice", "Cost", "number"),
            FormField("isrecurringitem", "Recurring", "yes_no"),
            FormField("taxable", "Taxable", "yes_no"),
            FormField("description", "Description", "long"),
        ),
    ),
    "assets": Table(
        "asset",
        "key_field",
        (("Type", "assettype_name"), ("Client", "client_name")),
        (
            FormField("key_field", "Name"),
            FormField("inventory_number", "Asset tag"),
            FormField("assettype_id", "Type", "choice", ASSET_TYPES, "assettype_name"),
            SITE,
            FormField("username", "User"),
            FormField("warranty_end", "Warranty ends", "day"),
            FormField("supplier_purchasedate", "Purchased", "day"),
        ),
    ),
    "opportunities": Table(
        "opportunity",
        "summary",
        (("Client", "client_name"), ("Stage", "pipeline_stage_name"), ("Value", "oppvalue")),
        (
            FormField("summary", "Summary"),
            CLIENT,
            FormField(
                "pipeline_stage_id",
                "Stage",
                "choice",
                tuple((number, name) for number, name, _ in STAGES),
                "pipeline_stage_name",
            ),
            FormField("oppvalue", "Value", "number"),
            FormField("oppvalue_monthly", "Monthly value", "number"),
            FormField("oppconversionprobability", "Probability in %", "number"),
            FormField("targetdate", "Expected close", "day"),
            FormField("details", "Details", "long"),
        ),
        end="Close",
        renew="Reopen",
        inactive="closed",
    ),
    "contracts": Table(
        "contract",
        "refextra",
        (("Reference", "ref"), ("Client", "client_name"), ("Ends", "end_date")),
        (
            FormField("refextra", "Title"),
            FormField("ref", "Reference"),
            CLIENT,
            FormField("start_date", "Starts", "day"),
            FormField("end_date", "Ends", "day"),
            FormField("next_invoice_date", "Next invoice", "day"),
            FormField("periodchargeamount", "Value per period", "number"),
            FormField("note", "Note", "long"),
        ),
        end="Expire",
        renew="Renew",
        inactive="expired",
    ),
}
