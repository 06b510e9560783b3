"""Sites (halo-api.md section 4.2)."""

from __future__ import annotations

from portal.sandbox.halo.data.common import COLOURS, Fields, address, custom_fields, paragraph
from portal.sandbox.halo.data.dates import halo_date
from portal.sandbox.halo.data.references import UNKNOWN, References, Site
from portal.sandbox.record_factory import NewRecord
from portal.sandbox.seeded_random import SeededRandom

_NAMES = ("Annexe", "Branch", "Depot", "Filiale", "Lager", "Office", "Showroom", "Warehouse", "支店", "Φιλιάλα")


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    site = _place(references, rng, new.id)
    references.add_site(site)
    client = site.client
    return {
        "id": new.id,
        "name": site.name,
        "client_id": float(client.id),  # halo-api.md section 4: a float here, an int elsewhere
        "client_name": client.name,
        "clientsite_name": f"{client.name}/{site.name}",
        "inactive": not new.active,
        "sla_id": -1,
        "phonenumber": rng.phone(client.culture) if rng.chance(0.7) else "",
        "colour": rng.pick(COLOURS),
        "timezone": "",
        "invoice_address_isdelivery": True,
        "isstocklocation": rng.chance(0.04),
        "isinvoicesite": site.name == "Main",
        "messagegroup_id": -1,
        "client_to_invoice": 0,
        "client_to_invoice_recurring": 0,
        "default_client_currency_code": 0,
        "default_currency_code": 0,
        "geocoord1": str(rng.money(-60, 60)),
        "geocoord2": str(rng.money(-120, 120)),
        "itglue_id": rng.digits(9) if rng.chance(0.3) else None,
        "maincontact_id": 0,
        "site_item_tax_code": -1,
        "stopped": 0,
        "customfields": custom_fields(rng, 2),
        "table": 0,
        "use": "site",
        "key": new.id,
    }


def detail(references: References, rng: SeededRandom, row: Fields) -> Fields:
    """Add the keys that only `/Site/{id}` returns."""
    lines, block = site_address(references, row["id"]), delivery_address(references, row["id"])
    return {
        **lines,
        "delivery_address": block,
        "invoice_address": {**block, "id": row["id"] * 10 + 1, "type": 2, "description": "Invoice"},
        "emaildomain": references.sites_by_id[row["id"]].client.domain,
        "country_code_name": lines["delivery_address_line4"],
        "datecreated": halo_date(rng.between(1_400_000_000, 1_700_000_000)),
        "notes": paragraph(rng, 2),
        "ref": f"S-{row['id']}",
        "refnumber": rng.digits(6),
    }


def delivery_address(references: References, number: int) -> Fields:
    """Return the address as a nested object, as in details."""
    lines = site_address(references, number)
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


def site_address(references: References, number: int) -> Fields:
    """Add the keys that `includeaddress=true` requests."""
    culture = references.sites_by_id[number].client.culture
    return address(SeededRandom(references.seed, "site address", number), culture)


def _place(references: References, rng: SeededRandom, number: int) -> Site:
    """Return the client for the next site: every client gets a "Main" site first, then at random."""
    if references.main_sites < len(references.clients):
        client = references.clients[references.main_sites]
        references.main_sites += 1
        return Site(number, "Main" if client is not UNKNOWN else client.name, client)
    client = references.client(rng)
    return Site(number, f"{rng.pick(_NAMES)} {rng.pick(client.culture.cities)}", client)
