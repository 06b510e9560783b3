"""The fields of each record type, declared once for all PSAs, in the order used by pages and exports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from portal.record_fields.kinds import Field, Kind

GENERAL: Final = "General"
BELONGS: Final = "Belongs to"
CONTACT: Final = "Contact details"
HARDWARE: Final = "Device"
PRICES: Final = "Prices"
VALUE: Final = "Value"
TERM: Final = "Term and billing"
DATES: Final = "Dates"

_CLIENT: Final = Field("client", "Client", Kind.REFERENCE, BELONGS)
_SITE: Final = Field("site", "Site", Kind.REFERENCE, BELONGS)
_CONTACT: Final = Field("contact", "Contact", Kind.REFERENCE, BELONGS)
_NAME: Final = Field("name", "Name", Kind.TEXT, GENERAL, searchable=True)
_STATUS: Final = Field("status", "Status", Kind.TEXT, GENERAL)
_TYPE: Final = Field("type", "Type", Kind.TEXT, GENERAL)
_ACTIVE: Final = Field("active", "Active", Kind.YES_NO, GENERAL)
_REFERENCE: Final = Field("reference", "Reference", Kind.TEXT, GENERAL, searchable=True)

_CLIENTS: Final = (
    _NAME,
    Field("number", "Number", Kind.NUMBER, GENERAL),
    _REFERENCE,
    _STATUS,
    Field("relationships", "Relationships", Kind.LIST, GENERAL),
    Field("parent", "Parent", Kind.REFERENCE, GENERAL),
    Field("currency", "Currency", Kind.TEXT, GENERAL),
    _ACTIVE,
    Field("phone", "Phone", Kind.PHONE, CONTACT),
    Field("website", "Website", Kind.LINK, CONTACT),
    Field("email_domain", "Email domain", Kind.TEXT, CONTACT),
    Field("main_site", "Main site", Kind.REFERENCE, CONTACT),
    Field("main_contact", "Main contact", Kind.REFERENCE, CONTACT),
    Field("account_manager", "Account manager", Kind.REFERENCE, CONTACT),
    Field("address", "Address", Kind.ADDRESS, CONTACT),
    Field("created", "Created", Kind.MOMENT, DATES),
    Field("changed", "Changed", Kind.MOMENT, DATES),
)
_SITES: Final = (
    _NAME,
    _ACTIVE,
    _CLIENT,
    Field("address", "Address", Kind.ADDRESS, CONTACT),
    Field("phone", "Phone", Kind.PHONE, CONTACT, searchable=True),
    Field("main_contact", "Main contact", Kind.REFERENCE, CONTACT),
    Field("time_zone", "Time zone", Kind.TEXT, CONTACT),
)
_CONTACTS: Final = (
    Field("first_name", "First name", Kind.TEXT, GENERAL, searchable=True),
    Field("last_name", "Last name", Kind.TEXT, GENERAL, searchable=True),
    Field("job_title", "Job title", Kind.TEXT, GENERAL),
    Field("is_main_contact", "Main contact", Kind.YES_NO, GENERAL),
    Field("is_service_account", "Service account", Kind.YES_NO, GENERAL),
    _ACTIVE,
    Field("email", "Email", Kind.EMAIL, CONTACT, searchable=True),
    Field("phone", "Phone", Kind.PHONE, CONTACT),
    Field("mobile", "Mobile", Kind.PHONE, CONTACT),
    _CLIENT,
    _SITE,
)
_PRODUCTS: Final = (
    _NAME,
    Field("code", "Code", Kind.TEXT, GENERAL, searchable=True),
    Field("group", "Group", Kind.TEXT, GENERAL),
    _TYPE,
    Field("manufacturer", "Manufacturer", Kind.TEXT, GENERAL),
    _ACTIVE,
    Field("description", "Description", Kind.LONG_TEXT, GENERAL),
    Field("price", "Price", Kind.MONEY, PRICES),
    Field("cost", "Cost", Kind.MONEY, PRICES),
    Field("recurring", "Recurring", Kind.YES_NO, PRICES),
    Field("billing_period", "Billing period", Kind.TEXT, PRICES),
    Field("taxable", "Taxable", Kind.YES_NO, PRICES),
)
_ASSETS: Final = (
    Field("tag", "Asset tag", Kind.TEXT, GENERAL, searchable=True),
    _NAME,
    _TYPE,
    _STATUS,
    _ACTIVE,
    _CLIENT,
    _SITE,
    _CONTACT,
    Field("manufacturer", "Manufacturer", Kind.TEXT, HARDWARE),
    Field("model", "Model", Kind.TEXT, HARDWARE),
    Field("serial_number", "Serial number", Kind.TEXT, HARDWARE, searchable=True),
    Field("operating_system", "Operating system", Kind.TEXT, HARDWARE),
    Field("ip_address", "IP address", Kind.TEXT, HARDWARE),
    Field("mac_address", "MAC address", Kind.TEXT, HARDWARE),
    Field("purchased", "Purchased", Kind.DATE, DATES),
    Field("warranty_ends", "Warranty ends", Kind.DATE, DATES),
)
_OPPORTUNITIES: Final = (
    Field("summary", "Summary", Kind.TEXT, GENERAL, searchable=True),
    Field("stage", "Stage", Kind.TEXT, GENERAL),
    _STATUS,
    Field("won", "Won", Kind.YES_NO, GENERAL),
    _CLIENT,
    _CONTACT,
    Field("owner", "Owner", Kind.REFERENCE, BELONGS),
    Field("value_once", "One-off value", Kind.MONEY, VALUE),
    Field("value_monthly", "Monthly value", Kind.MONEY, VALUE),
    Field("probability", "Probability", Kind.NUMBER, VALUE, unit="%"),
    Field("expected_close", "Expected close", Kind.DATE, DATES),
    Field("opened", "Opened", Kind.MOMENT, DATES),
    Field("closed", "Closed", Kind.MOMENT, DATES),
)
_CONTRACTS: Final = (
    _NAME,
    _REFERENCE,
    _TYPE,
    _STATUS,
    _ACTIVE,
    _CLIENT,
    Field("starts", "Starts", Kind.DATE, TERM),
    Field("ends", "Ends", Kind.DATE, TERM),
    Field("next_invoice", "Next invoice", Kind.DATE, TERM),
    Field("billing_period", "Billing period", Kind.TEXT, TERM),
    Field("value_per_period", "Value per period", Kind.MONEY, TERM),
)

FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "clients": _CLIENTS,
    "sites": _SITES,
    "contacts": _CONTACTS,
    "products": _PRODUCTS,
    "assets": _ASSETS,
    "opportunities": _OPPORTUNITIES,
    "contracts": _CONTRACTS,
}


def field(record_type: str, name: str) -> Field:
    """Return a declared field. Raises KeyError if there is none of this name."""
    found = next((each for each in FIELDS[record_type] if each.name == name), None)
    if found is None:
        raise KeyError(f"{record_type} have no field {name!r}")
    return found
