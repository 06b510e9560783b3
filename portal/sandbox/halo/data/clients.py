"""Clients (halo-api.md section 4.1)."""

from __future__ import annotations

from base64 import b64encode

from portal.sandbox.halo.data.common import COLOURS, Fields, custom_fields, paragraph
from portal.sandbox.halo.data.dates import EMPTY, halo_date
from portal.sandbox.halo.data.references import UNKNOWN, Client, References
from portal.sandbox.halo.data.sites import delivery_address
from portal.sandbox.record_factory import DAY, NewRecord
from portal.sandbox.seeded_random import SeededRandom

TOP_LEVELS = ((1, "Unknown"), (2, "Customers"), (3, "Prospects"), (4, "Partners"))
_RELATIONSHIPS = ((1, "Managed"), (2, "Break/fix"), (3, "Vendor"))
_LOGO_BYTES = 60_000


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    client = UNKNOWN if new.id == UNKNOWN.id else _named(rng, new.id)
    references.add_client(client)
    top_id, top_name = TOP_LEVELS[0] if client is UNKNOWN else rng.pick(TOP_LEVELS[1:])
    relationship_id, relationship = rng.pick(_RELATIONSHIPS)
    return {
        "id": new.id,
        "name": client.name,
        "toplevel_id": top_id,
        "toplevel_name": top_name,
        "inactive": not new.active,
        "colour": rng.pick(COLOURS),
        "ref": f"CU{new.id:05d}",
        "notes": paragraph(rng, 3) if rng.chance(0.4) else None,
        "confirmemail": -1,
        "actionemail": -1,
        "clearemail": -1,
        "messagegroup_id": -1,
        "mailbox_override": 0,
        "default_mailbox_id": 0,
        "calldate": halo_date(new.updated) if rng.chance(0.3) else EMPTY,
        "item_tax_code": -1,
        "service_tax_code": -1,
        "prepay_tax_code": -1,
        "contract_tax_code": -1,
        "customfields": custom_fields(rng, 4),
        "pritech": rng.between(2, 9),
        "sectech": 0,
        "accountmanagertech": rng.between(2, 9),
        "open_ticket_count": rng.between(0, 40),
        "opps_ticket_count": rng.between(0, 3),
        "logo": _logo(rng) if references.logos and rng.chance(0.05) else None,
        "accountsid": f"AC-{new.id}" if rng.chance(0.5) else "",
        "xeroid": rng.guid() if rng.chance(0.3) else None,
        "qbo_company_id": "",
        "excludefrominvoicesync": False,
        "client_to_invoice": 0,
        "client_to_invoice_recurring": 0,
        "itglue_id": rng.digits(9) if rng.chance(0.3) else None,
        "clientcurrency": "",
        "default_currency_code": 0,
        "azure_tenant_id": rng.guid() if rng.chance(0.6) else None,
        "stopped": 0,
        "customertype": 0,
        "customer_relationship": [{"id": relationship_id, "name": relationship}],
        "customer_relationship_list": relationship,
        "ticket_invoices_for_each_site": False,
        "is_vip": rng.chance(0.05),
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


def detail(references: References, rng: SeededRandom, row: Fields) -> Fields:
    """Add the keys that only `/Client/{id}` returns."""
    domain = f"client{row['id']}.example"
    site = next(iter(references.sites_of.get(row["id"], [])), None)
    person = next(iter(references.people_of.get(site.id, [])), None) if site else None
    return {
        "website": f"https://www.{domain}",
        "domain": domain,
        "datecreated": halo_date(rng.between(1_400_000_000, 1_700_000_000) + 0.25 * DAY),
        "main_site_id": site.id if site else 0,
        "main_site_name": site.name if site else None,
        "main_contact_id": person.id if person else 0,
        "main_contact_name": person.name if person else None,
        "main_delivery_address": delivery_address(references, site.id) if site else None,
        "currencyisocode": "GBP" if row["id"] % 3 else "EUR",
        "main_phonenumber": rng.phone(rng.culture()),
        "pritech_name": f"Agent {row['pritech']}",
        "accountmanagertech_name": f"Agent {row['accountmanagertech']}",
        "trading_name": row["name"],
        "tax_number": rng.digits(9),
        "paymentterms": rng.pick((14, 30, 60)),
        "external_links": [],
    }


def _named(rng: SeededRandom, number: int) -> Client:
    culture = rng.culture()
    name = f"{rng.pick(culture.stems)} {rng.pick(culture.trades)}"
    if rng.chance(0.4):
        name = f"{name}, {rng.pick(culture.cities)}"
    return Client(number, name, culture)


def _logo(rng: SeededRandom) -> str:
    """Return a logo, which can be larger than the rest of its page (halo-api.md section 4)."""
    return "data:image/png;base64," + b64encode(rng.randbytes(_LOGO_BYTES)).decode()
