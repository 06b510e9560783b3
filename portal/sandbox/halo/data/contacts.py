"""Contacts, which Halo calls users (halo-api.md section 4.3)."""

from __future__ import annotations

from portal.sandbox.halo.data.common import COLOURS, Fields, custom_fields, paragraph
from portal.sandbox.halo.data.dates import EMPTY, halo_date
from portal.sandbox.halo.data.draw import Draw
from portal.sandbox.halo.data.world import New, Person, Site, World
from portal.sandbox.words import handle
from portal.sandbox.words.text import ROLES

GENERAL_USER = "General User"
_DEPARTMENTS = ("Finance", "Operations", "Sales", "Warehouse", "Board")


def make(world: World, draw: Draw, new: New) -> Fields:
    if world.general_users < len(world.sites):
        site = world.sites[world.general_users]
        world.general_users += 1
        # The placeholder stays new.active: it is no person who could leave.
        row = _row(draw, new.id, site, GENERAL_USER, "", active=True)
    else:
        site = world.site(draw)
        culture = site.client.culture
        row = _row(draw, new.id, site, draw.pick(culture.given), draw.pick(culture.surnames), active=new.active)
    world.add_person(Person(new.id, row["name"], site))
    return row


def detail(world: World, draw: Draw, row: Fields) -> Fields:
    """Add what only `/Users/{id}` answers."""
    del world, row
    return {
        "datecreated": halo_date(draw.between(1_450_000_000, 1_750_000_000)),
        "department": draw.pick(_DEPARTMENTS),
        "notes": paragraph(draw, 2),
    }


def _row(draw: Draw, number: int, site: Site, given: str, surname: str, *, active: bool) -> Fields:
    general = given == GENERAL_USER
    client = site.client
    culture = client.culture
    name = given if general else culture.full_name(given, surname)
    emailed = not general and draw.chance(0.92)  # without an address the key is missing, section 4
    return {
        "id": number,
        "name": name,
        "firstname": given if not general else "General",
        "surname": surname if not general else "User",
        "initials": "GU" if general else f"{given[:1]}{surname[:1]}",
        "title": draw.pick(ROLES) if not general and draw.chance(0.6) else None,
        "site_id": float(site.id),  # halo-api.md section 4: a float, with the int beside it
        "site_id_int": site.id,
        "site_name": site.name,
        "client_id": client.id,
        "client_name": client.name,
        "emailaddress": _address(number, given, surname, client.domain) if emailed else None,
        "email2": "",
        "email3": "",
        "phonenumber": draw.phone(culture) if draw.chance(0.6) else "",
        "phonenumber_preferred": draw.phone(culture) if draw.chance(0.5) else None,
        "mobilenumber": draw.phone(culture) if not general and draw.chance(0.7) else "",
        "mobilenumber2": "",
        "homenumber": "",
        "sitephonenumber": draw.phone(culture),
        "fax": "",
        "telpref": 0,
        "inactive": not active,
        "colour": draw.pick(COLOURS),
        "isimportantcontact": not general and draw.chance(0.08),
        "isimportantcontact2": False,
        "isserviceaccount": not general and draw.chance(0.03),
        "is_prospect": False,
        "neversendemails": general,
        "neversendmarketingemails": draw.chance(0.2),
        "linked_agent_id": 0,
        "login": f"user{number}",
        "activedirectory_dn": f"CN=user{number},OU=Staff,DC=client{client.id},DC=example",
        "azureoid": draw.guid() if not general and draw.chance(0.7) else None,
        "okta_id": "",
        "other1": "",
        "other2": "",
        "other3": "",
        "other4": "",
        "other5": "",
        "role_list": "",
        "contract_end_date": EMPTY,
        "autotaskid": 0,
        "connectwiseid": 0,
        "priority_id": 0,
        "messagegroup_id": -1,
        "covered_by_contract": False,
        "item_tax_code": -1,
        "overridepdftemplatequote": -1,
        "user_with_clientsite": f"{name} ({client.name}/{site.name})",
        "customfields": custom_fields(draw, 2),
        "use": "user",
        "key": number,
    }


def _address(number: int, given: str, surname: str, domain: str) -> str:
    local = ".".join(part for part in (handle(given), handle(surname)) if part)
    return f"{local}{number}@{domain}" if local else f"user{number}@{domain}"
