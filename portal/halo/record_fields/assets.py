"""Fields of assets (halo-api.md section 4.5: list Device_List, detail Device).

What an MSP wants to know of a device is in its asset fields, `fields`, which each MSP names itself: those that
Halo's own asset types and integrations come with are looked for by their usual names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from portal.halo.record_fields.values import UNKNOWN, active, reference
from portal.record_fields import Value
from portal.record_fields.values import LONGEST_LIST, Row, as_text, day, text

_MANUFACTURER: Final = ("manufacturer", "make", "vendor")
_MODEL: Final = ("model", "model name", "model number")
_SERIAL: Final = ("serial number", "serial no", "serial", "service tag")
_SYSTEM: Final = ("operating system", "os", "os name")
_IP: Final = ("ip address", "ip", "local ip address", "lan ip")
_MAC: Final = ("mac address", "mac")
ASSET_FIELDS: Final = frozenset((*_MANUFACTURER, *_MODEL, *_SERIAL, *_SYSTEM, *_IP, *_MAC))
_SERIAL_SIGN: Final = "SN:"


def fields(row: Row) -> Mapping[str, Value | None]:
    named = _asset_fields(row.get("fields"))
    return {
        "tag": text(row, "inventory_number"),
        # Assets have no name; people use their first key field.
        "name": text(row, "key_field"),
        "type": text(row, "assettype_name"),
        "status": text(row, "status_name"),
        "active": active(row),
        "client": reference(row, "clients", ("client_id",), "client_name", unknown=UNKNOWN),
        "site": reference(row, "sites", ("site_id",), "site_name"),
        "contact": _owner(row),
        "manufacturer": _first(named, _MANUFACTURER),
        "model": _first(named, _MODEL) or text(row, "item_name"),
        "serial_number": _first(named, _SERIAL) or _serial(row),
        "operating_system": _first(named, _SYSTEM) or text(row, "os_override"),
        "ip_address": _first(named, _IP),
        "mac_address": _first(named, _MAC) or text(row, "ethernetMacAddress"),
        "purchased": day(row, "supplier_purchasedate"),
        "warranty_ends": day(row, "warranty_end"),
    }


def serial_number(asset_fields: Any) -> str | None:
    """Return the serial number among asset fields. Runs for every new asset, so it looks at nothing else."""
    for each in asset_fields[:LONGEST_LIST] if isinstance(asset_fields, list) else ():
        name = each.get("name") if isinstance(each, Mapping) else None
        if isinstance(name, str) and name.strip().lower() in _SERIAL:
            return as_text(each.get("display")) or as_text(each.get("value"))
    return None


def _owner(row: Row) -> Value | None:
    """Return the business owner, or else the user. "Unknown" with id -99 means no business owner."""
    owner = reference(row, "contacts", ("business_owner_id",), "business_owner_name")
    if owner is not None and owner.number is not None:
        return owner
    return reference(row, "contacts", (), "username")


def _serial(row: Row) -> str | None:
    """Parse the third key field, a display text such as "SN: 5CG1234"."""
    shown = text(row, "key_field3") or ""
    return as_text(shown.removeprefix(_SERIAL_SIGN)) if shown.startswith(_SERIAL_SIGN) else None


def _asset_fields(sent: Any) -> dict[str, str]:
    """Return the asset fields that have a value, by name in lower case; the first of a name wins."""
    found: dict[str, str] = {}
    for each in sent[:LONGEST_LIST] if isinstance(sent, list) else []:
        name = as_text(each.get("name")) if isinstance(each, Mapping) else None
        value = (as_text(each.get("display")) or as_text(each.get("value"))) if name else None
        if name and value:
            found.setdefault(name.lower(), value)
    return found


def _first(named: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((named[name] for name in names if name in named), None)
