"""Fields of assets, which ConnectWise calls configurations (connectwise-api.md section 5: SPEC)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.connectwise.record_fields.values import name, reference
from portal.record_fields import Value
from portal.record_fields.values import Row, day, text, yes_no


def fields(row: Row) -> Mapping[str, Value | None]:
    return {
        "tag": text(row, "tagNumber"),
        "name": text(row, "name"),
        "type": name(row, "type"),
        "status": name(row, "status"),
        "active": yes_no(row, "activeFlag"),
        "client": reference(row, "clients", "company"),
        "site": reference(row, "sites", "site"),
        "contact": reference(row, "contacts", "contact"),
        "manufacturer": name(row, "manufacturer"),
        "model": text(row, "modelNumber"),
        "serial_number": text(row, "serialNumber"),
        "operating_system": _operating_system(row),
        "ip_address": text(row, "ipAddress"),
        "mac_address": text(row, "macAddress"),
        "purchased": day(row, "purchaseDate"),
        "warranty_ends": day(row, "warrantyExpirationDate"),
    }


def _operating_system(row: Row) -> str | None:
    """Join the system and its version, unless one of them contains the other."""
    system, version = text(row, "osType") or "", text(row, "osInfo") or ""
    if version.lower() in system.lower():
        return system or None
    return version if system.lower() in version.lower() else f"{system} {version}"
