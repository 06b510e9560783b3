"""Sites (halo-api.md section 4.2)."""

from __future__ import annotations

from portal.sandbox.halo.data.common import COLOURS, Fields, address, custom_fields, paragraph
from portal.sandbox.halo.data.dates import halo_date
from portal.sandbox.halo.data.draw import Draw
from portal.sandbox.halo.data.world import UNKNOWN, New, Site, World

_NAMES = ("Annexe", "Branch", "Depot", "Filiale", "Lager", "Office", "Showroom", "Warehouse", "支店", "Φιλιάλα")


def make(world: World, draw: Draw, new: New) -> Fields:
    site = _place(world, draw, new.id)
    world.add_site(site)
    client = site.client
    return {
        "id": new.id,
        "name": site.name,
        "client_id": float(client.id),  # halo-api.md section 4: a float here, an int elsewhere
        "client_name": client.name,
        "clientsite_name": f"{client.name}/{site.name}",
        "inactive": not new.active,
        "sla_id": -1,
        "phonenumber": draw.phone(client.culture) if draw.chance(0.7) else "",
        "colour": draw.pick(COLOURS),
        "timezone": "",
        "invoice_address_isdelivery": True,
        "isstocklocation": draw.chance(0.04),
        "isinvoicesite": site.name == "Main",
        "messagegroup_id": -1,
        "client_to_invoice": 0,
        "client_to_invoice_recurring": 0,
        "default_client_currency_code": 0,
        "default_currency_code": 0,
        "geocoord1": str(draw.money(-60, 60)),
        "geocoord2": str(draw.money(-120, 120)),
        "itglue_id": draw.digits(9) if draw.chance(0.3) else None,
        "maincontact_id": 0,
        "site_item_tax_code": -1,
        "stopped": 0,
        "customfields": custom_fields(draw, 2),
        "table": 0,
        "use": "site",
        "key": new.id,
    }


def detail(world: World, draw: Draw, row: Fields) -> Fields:
    """Add what only `/Site/{id}` answers."""
    lines, block = site_address(world, row["id"]), delivery_address(world, row["id"])
    return {
        **lines,
        "delivery_address": block,
        "invoice_address": {**block, "id": row["id"] * 10 + 1, "type": 2, "description": "Invoice"},
        "emaildomain": world.sites_by_id[row["id"]].client.domain,
        "country_code_name": lines["delivery_address_line4"],
        "datecreated": halo_date(draw.between(1_400_000_000, 1_700_000_000)),
        "notes": paragraph(draw, 2),
        "ref": f"S-{row['id']}",
        "refnumber": draw.digits(6),
    }


def delivery_address(world: World, number: int) -> Fields:
    """Return the address as a block of its own, as details have it."""
    lines = site_address(world, number)
    return {
        "id": number * 10,
        "type": 1,
        "description": "Delivery",
        "line1": lines["delivery_address_line1"],
        "line2": lines["delivery_address_line2"],
        "line3": "",
        "line4": lines["delivery_address_line4"],
        "postcode": lines["delivery_address_line5"],
        "primary": True,
        "inactive": False,
    }


def site_address(world: World, number: int) -> Fields:
    """Add what `includeaddress=true` asks for."""
    culture = world.sites_by_id[number].client.culture
    return address(Draw(world.seed, "site address", number), culture)


def _place(world: World, draw: Draw, number: int) -> Site:
    """Each client gets its "Main" first; what is left spreads at random."""
    if world.main_sites < len(world.clients):
        client = world.clients[world.main_sites]
        world.main_sites += 1
        return Site(number, "Main" if client is not UNKNOWN else client.name, client)
    client = world.client(draw)
    return Site(number, f"{draw.pick(_NAMES)} {draw.pick(client.culture.cities)}", client)
