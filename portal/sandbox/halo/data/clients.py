"""Clients (halo-api.md section 4.1)."""

from __future__ import annotations

from base64 import b64encode

from portal.sandbox.halo.data.common import COLOURS, Fields, custom_fields, paragraph
from portal.sandbox.halo.data.dates import DAY, EMPTY, halo_date
from portal.sandbox.halo.data.draw import Draw
from portal.sandbox.halo.data.sites import delivery_address
from portal.sandbox.halo.data.world import UNKNOWN, Client, New, World

TOP_LEVELS = ((1, "Unknown"), (2, "Customers"), (3, "Prospects"), (4, "Partners"))
_RELATIONSHIPS = ((1, "Managed"), (2, "Break/fix"), (3, "Vendor"))
_LOGO_BYTES = 60_000


def make(world: World, draw: Draw, new: New) -> Fields:
    client = UNKNOWN if new.id == UNKNOWN.id else _named(draw, new.id)
    world.add_client(client)
    top_id, top_name = TOP_LEVELS[0] if client is UNKNOWN else draw.pick(TOP_LEVELS[1:])
    relationship_id, relationship = draw.pick(_RELATIONSHIPS)
    return {
        "id": new.id,
        "name": client.name,
        "toplevel_id": top_id,
        "toplevel_name": top_name,
        "inactive": not new.active,
        "colour": draw.pick(COLOURS),
        "ref": f"CU{new.id:05d}",
        "notes": paragraph(draw, 3) if draw.chance(0.4) else None,
        "confirmemail": -1,
        "actionemail": -1,
        "clearemail": -1,
        "messagegroup_id": -1,
        "mailbox_override": 0,
        "default_mailbox_id": 0,
        "calldate": halo_date(new.updated) if draw.chance(0.3) else EMPTY,
        "item_tax_code": -1,
        "service_tax_code": -1,
        "prepay_tax_code": -1,
        "contract_tax_code": -1,
        "customfields": custom_fields(draw, 4),
        "pritech": draw.between(2, 9),
        "sectech": 0,
        "accountmanagertech": draw.between(2, 9),
        "open_ticket_count": draw.between(0, 40),
        "opps_ticket_count": draw.between(0, 3),
        "logo": _logo(draw) if world.logos and draw.chance(0.05) else None,
        "accountsid": f"AC-{new.id}" if draw.chance(0.5) else "",
        "xeroid": draw.guid() if draw.chance(0.3) else None,
        "qbo_company_id": "",
        "excludefrominvoicesync": False,
        "client_to_invoice": 0,
        "client_to_invoice_recurring": 0,
        "itglue_id": draw.digits(9) if draw.chance(0.3) else None,
        "clientcurrency": "",
        "default_currency_code": 0,
        "azure_tenant_id": draw.guid() if draw.chance(0.6) else None,
        "stopped": 0,
        "customertype": 0,
        "customer_relationship": [{"id": relationship_id, "name": relationship}],
        "customer_relationship_list": relationship,
        "ticket_invoices_for_each_site": False,
        "is_vip": draw.chance(0.05),
        "is_account": top_id == 2,
        "taxable": True,
        "percentage_to_survey": -1,
        "billing_plan_text": "",
        "overridepdftemplateinvoice": -1,
        "overridepdftemplatequote": -1,
        "override_org_logo": False,
        "override_org_name": False,
        "override_org_phone": "",
        "override_org_email": "",
        "override_org_website": "",
        "override_org_portalurl": "",
        "from_address_override": "",
        "use": "area",
        "key": new.id,
    }


def detail(world: World, draw: Draw, row: Fields) -> Fields:
    """Add what only `/Client/{id}` answers."""
    domain = f"client{row['id']}.example"
    site = next(iter(world.sites_of.get(row["id"], [])), None)
    person = next(iter(world.people_of.get(site.id, [])), None) if site else None
    return {
        "website": f"https://www.{domain}",
        "domain": domain,
        "datecreated": halo_date(draw.between(1_400_000_000, 1_700_000_000) + 0.25 * DAY),
        "main_site_id": site.id if site else 0,
        "main_site_name": site.name if site else None,
        "main_contact_id": person.id if person else 0,
        "main_contact_name": person.name if person else None,
        "main_delivery_address": delivery_address(world, site.id) if site else None,
        "currencyisocode": "GBP" if row["id"] % 3 else "EUR",
        "main_phonenumber": draw.phone(draw.culture()),
        "pritech_name": f"Agent {row['pritech']}",
        "accountmanagertech_name": f"Agent {row['accountmanagertech']}",
        "trading_name": row["name"],
        "tax_number": draw.digits(9),
        "paymentterms": draw.pick((14, 30, 60)),
        "external_links": [],
    }


def _named(draw: Draw, number: int) -> Client:
    culture = draw.culture()
    name = f"{draw.pick(culture.stems)} {draw.pick(culture.trades)}"
    if draw.chance(0.4):
        name = f"{name}, {draw.pick(culture.cities)}"
    return Client(number, name, culture)


def _logo(draw: Draw) -> str:
    """halo-api.md section 4: a logo can be larger than the rest of its page."""
    return "data:image/png;base64," + b64encode(draw.randbytes(_LOGO_BYTES)).decode()
