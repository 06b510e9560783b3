"""The columns and form fields of each record type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from portal.sandbox.connectwise.data import agreements, catalog, companies, configurations, opportunities
from portal.sandbox.connectwise.desk.fields import (
    COMPANY,
    EMAIL,
    SITE,
    SITES_COMPANY,
    choice,
    day,
    email,
    end_day,
    text,
    whole_number,
)
from portal.sandbox.desk.records.tables import FormField, Table, value_at

_PROBABILITIES = tuple((number, f"{percent}%") for number, percent in opportunities.PROBABILITIES)
_NAME = value_at("name")
_COMPANY_NAME = value_at("company/name")


def _full_name(fields: Mapping[str, Any]) -> str:
    return " ".join(str(fields[key]) for key in ("firstName", "lastName") if fields.get(key))


TABLES: Final[dict[str, Table]] = {
    "clients": Table(
        "company",
        "companies",
        _NAME,
        (
            ("Company ID", value_at("identifier")),
            ("Status", value_at("status/name")),
        ),
        (
            text("name", "Name"),
            text("identifier", "Company ID"),
            choice("status", "Status", companies.STATUSES, "company/companies/statuses"),
            choice("territory", "Territory", companies.TERRITORIES),
            text("phoneNumber", "Phone"),
            text("website", "Web site"),
            text("accountNumber", "Account number"),
            whole_number("numberOfEmployees", "Employees"),
            FormField("deletedFlag", "In the recycle bin", "yes_no"),
        ),
        deleted="in the recycle bin",
    ),
    "sites": Table(
        "site",
        "sites",
        _NAME,
        (("Company", _COMPANY_NAME), ("City", value_at("city"))),
        (
            text("name", "Name"),
            SITES_COMPANY,
            text("addressLine1", "Address"),
            text("city", "City"),
            text("zip", "Zip"),
            text("phoneNumber", "Phone"),
            FormField("primaryAddressFlag", "Primary", "yes_no"),
        ),
    ),
    "contacts": Table(
        "contact",
        "contacts",
        _full_name,
        (("Company", _COMPANY_NAME), ("Email", email)),
        (
            text("firstName", "First name"),
            text("lastName", "Last name"),
            text("title", "Title"),
            EMAIL,
            text("defaultPhoneNbr", "Phone"),
            COMPANY,
            SITE,
            FormField("defaultFlag", "Default contact", "yes_no"),
        ),
    ),
    "products": Table(
        "catalog item",
        "catalog items",
        value_at("description"),
        (
            ("Product ID", value_at("identifier")),
            ("Category", value_at("category/name")),
            ("Price", value_at("price")),
        ),
        (
            text("description", "Description"),
            text("identifier", "Product ID"),
            choice("category", "Category", catalog.CATEGORIES),
            choice("subcategory", "Subcategory", catalog.SUBCATEGORIES),
            choice("type", "Type", catalog.TYPES),
            FormField("price", "Price", "number"),
            FormField("cost", "Cost", "number"),
            text("manufacturerPartNumber", "Manufacturer part number"),
            FormField("recurringFlag", "Recurring", "yes_no"),
            FormField("taxableFlag", "Taxable", "yes_no"),
            text("customerDescription", "Customer description", "long"),
        ),
    ),
    "assets": Table(
        "configuration",
        "configurations",
        _NAME,
        (("Type", value_at("type/name")), ("Company", _COMPANY_NAME)),
        (
            text("name", "Name"),
            choice("type", "Type", configurations.TYPES, "company/configurations/types"),
            choice("status", "Status", configurations.STATUSES, "company/configurations/statuses"),
            COMPANY,
            SITE,
            text("serialNumber", "Serial number"),
            text("tagNumber", "Tag number"),
            text("modelNumber", "Model number"),
            day("purchaseDate", "Purchased"),
            day("warrantyExpirationDate", "Warranty ends"),
            text("notes", "Notes", "long"),
        ),
    ),
    "opportunities": Table(
        "opportunity",
        "opportunities",
        _NAME,
        (("Company", _COMPANY_NAME), ("Stage", value_at("stage/name")), ("Expected", value_at("expectedCloseDate"))),
        (
            text("name", "Name"),
            COMPANY,
            SITE,
            choice("type", "Type", opportunities.TYPES, "sales/opportunities/types"),
            choice("stage", "Stage", opportunities.STAGES, "sales/stages"),
            choice("probability", "Probability", _PROBABILITIES, "sales/probabilities"),
            day("expectedCloseDate", "Expected close"),
            text("customerPO", "Customer PO"),
            text("notes", "Notes", "long"),
        ),
        end="Close",
        renew="Reopen",
        inactive="closed",
    ),
    "contracts": Table(
        "agreement",
        "agreements",
        _NAME,
        (("Company", _COMPANY_NAME), ("Type", value_at("type/name")), ("Ends", value_at("endDate"))),
        (
            text("name", "Name"),
            COMPANY,
            choice("type", "Type", agreements.TYPES, "finance/agreements/types"),
            day("startDate", "Starts"),
            FormField("endDate", "Ends", "day", write=end_day),
            day("nextInvoiceDate", "Next invoice"),
            FormField("billAmount", "Bill amount", "number"),
            text("internalNotes", "Internal notes", "long"),
        ),
        end="Cancel",
        renew="Renew",
        inactive="ended",
    ),
}
TITLES: Final = {kind: table.many for kind, table in TABLES.items()}
