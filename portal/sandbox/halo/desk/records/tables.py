"""What people see and change of each record type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from portal.sandbox.halo.data.assets import ASSET_TYPES
from portal.sandbox.halo.data.clients import TOP_LEVELS
from portal.sandbox.halo.data.opportunities import STAGES
from portal.sandbox.halo.data.products import ITEM_GROUPS

Kind = Literal["text", "long", "number", "yes_no", "day", "choice", "client", "site"]


@dataclass(frozen=True)
class Entry:
    """One field of a record's form. `name_key` is where the name of a chosen number goes."""

    key: str
    label: str
    kind: Kind = "text"
    choices: tuple[tuple[int, str], ...] = ()
    name_key: str = ""


@dataclass(frozen=True)
class Table:
    """`label` is what a record is called by; `columns` follow it in the list; `end` and `renew` change its state."""

    one: str
    label: str
    columns: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    end: str = "Deactivate"
    renew: str = "Reactivate"
    inactive: str = "inactive"


CLIENT = Entry("client_id", "Client number", "client")
SITE = Entry("site_id", "Site number", "site")

TABLES: Final[dict[str, Table]] = {
    "clients": Table(
        "client",
        "name",
        (("Top level", "toplevel_name"), ("Reference", "ref")),
        (
            Entry("name", "Name"),
            Entry("toplevel_id", "Top level", "choice", TOP_LEVELS, "toplevel_name"),
            Entry("ref", "Reference"),
            Entry("accountsid", "Accounts ID"),
            Entry("is_vip", "VIP", "yes_no"),
            Entry("notes", "Notes", "long"),
        ),
    ),
    "sites": Table(
        "site",
        "name",
        (("Client", "client_name"), ("Phone", "phonenumber")),
        (
            Entry("name", "Name"),
            CLIENT,
            Entry("phonenumber", "Phone"),
            Entry("timezone", "Time zone"),
            Entry("isstocklocation", "Stock location", "yes_no"),
            Entry("isinvoicesite", "Invoice site", "yes_no"),
        ),
    ),
    "contacts": Table(
        "contact",
        "name",
        (("Client", "client_name"), ("Email", "emailaddress")),
        (
            Entry("name", "Name"),
            Entry("firstname", "First name"),
            Entry("surname", "Last name"),
            Entry("title", "Job title"),
            Entry("emailaddress", "Email"),
            Entry("phonenumber", "Phone"),
            Entry("mobilenumber", "Mobile"),
            SITE,
            Entry("isimportantcontact", "Important contact", "yes_no"),
            Entry("isserviceaccount", "Service account", "yes_no"),
        ),
    ),
    "products": Table(
        "product",
        "name",
        (("Group", "assetgroup_name"), ("Price", "baseprice")),
        (
            Entry("name", "Name"),
            Entry("assetgroup_id", "Product group", "choice", ITEM_GROUPS, "assetgroup_name"),
            Entry("internalreference", "Reference"),
            Entry("baseprice", "Price", "number"),
            Entry("costprice", "Cost", "number"),
            Entry("isrecurringitem", "Recurring", "yes_no"),
            Entry("taxable", "Taxable", "yes_no"),
            Entry("description", "Description", "long"),
        ),
    ),
    "assets": Table(
        "asset",
        "key_field",
        (("Type", "assettype_name"), ("Client", "client_name")),
        (
            Entry("key_field", "Name"),
            Entry("inventory_number", "Asset tag"),
            Entry("assettype_id", "Type", "choice", ASSET_TYPES, "assettype_name"),
            SITE,
            Entry("username", "User"),
            Entry("warranty_end", "Warranty ends", "day"),
            Entry("supplier_purchasedate", "Purchased", "day"),
        ),
    ),
    "opportunities": Table(
        "opportunity",
        "summary",
        (("Client", "client_name"), ("Stage", "pipeline_stage_name"), ("Value", "oppvalue")),
        (
            Entry("summary", "Summary"),
            CLIENT,
            Entry(
                "pipeline_stage_id",
                "Stage",
                "choice",
                tuple((number, name) for number, name, _ in STAGES),
                "pipeline_stage_name",
            ),
            Entry("oppvalue", "Value", "number"),
            Entry("oppvalue_monthly", "Monthly value", "number"),
            Entry("oppconversionprobability", "Probability in %", "number"),
            Entry("targetdate", "Expected close", "day"),
            Entry("details", "Details", "long"),
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
            Entry("refextra", "Title"),
            Entry("ref", "Reference"),
            CLIENT,
            Entry("start_date", "Starts", "day"),
            Entry("end_date", "Ends", "day"),
            Entry("next_invoice_date", "Next invoice", "day"),
            Entry("periodchargeamount", "Value per period", "number"),
            Entry("note", "Note", "long"),
        ),
        end="Expire",
        renew="Renew",
        inactive="expired",
    ),
}
