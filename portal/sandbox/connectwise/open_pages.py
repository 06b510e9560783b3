"""What ConnectWise says about itself and the member (connectwise-api.md sections 1 and 3)."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from portal.sandbox.connectwise.record_types import RECORD_TYPES
from portal.sandbox.connectwise.settings import Knobs
from portal.sandbox.connectwise.tenant import Tenant

# Record type → module and function of a security role.
FUNCTIONS: Final = {
    "clients": ("Companies", "Company Maintenance"),
    "sites": ("Companies", "Company Maintenance"),
    "contacts": ("Companies", "Contacts"),
    "products": ("Procurement", "Product Catalog"),
    "assets": ("Companies", "Configurations"),
    "opportunities": ("Sales", "Opportunity"),
    "contracts": ("Finance", "Agreements"),
}


def company_info(tenant: Tenant, url: str, knobs: Knobs) -> dict[str, Any]:
    found = {
        "CompanyName": f"{tenant.name.title()} IT Services",
        "Codebase": knobs.codebase,
        "VersionCode": knobs.codebase.strip("/").replace("_", "."),
        "VersionNumber": "v4.6.77384",
        "CompanyID": tenant.name,
        "IsCloud": "True" if knobs.cloud_text else True,
        "SiteUrl": urlsplit(url).netloc if knobs.site_url is None else knobs.site_url,
    }
    return {key: value for key, value in found.items() if value != ""}


def system_info(knobs: Knobs) -> dict[str, Any]:
    return {
        "version": knobs.version,
        "isCloud": True,
        "serverTimeZone": "GMT Standard Time",
        "licenseBits": [
            {"name": name, "activeFlag": True}
            for name in ("Agreement", "SalesManagement", "Inventory", "CustomFields", "Marketing")
        ],
        "cloudRegion": "EU",
        "maxWorkFlowRecordsAllowed": 1000,
    }


def my_security(tenant: Tenant) -> list[dict[str, Any]]:
    """Return a row for each function of the member's role."""
    levels: dict[tuple[str, str], str] = {}
    for kind in RECORD_TYPES:
        settings = tenant.settings
        is_refused, is_mine = kind in settings.refused, kind in settings.mine
        levels.setdefault(FUNCTIONS[kind], "None" if is_refused else "My" if is_mine else "All")
    return [
        {
            "id": number,
            "moduleIdentifier": module,
            "moduleFunctionIdentifier": function.replace(" ", ""),
            "moduleFunctionName": function,
            "addLevel": "None",
            "editLevel": "None",
            "deleteLevel": "None",
            "inquireLevel": level,
            "customFlag": False,
            "restrictFlag": False,
        }
        for number, ((module, function), level) in enumerate(levels.items(), start=1)
    ]
