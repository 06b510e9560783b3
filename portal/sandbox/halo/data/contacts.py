"""Contacts, which Halo calls users (halo-api.md section 4.3)."""

from __future__ import annotations

from portal.sandbox.halo.data.common import COLOURS, Fields, custom_fields, paragraph
from portal.sandbox.halo.data.dates import EMPTY, halo_date
from portal.sandbox.halo.data.references import Person, References, Site
from portal.sandbox.record_factory import NewRecord
from portal.sandbox.seeded_random import SeededRandom
from portal.sandbox.words import handle
from portal.sandbox.words.text import ROLES

GENERAL_USER = "General User"
_DEPARTMENTS = ("Finance", "Operations", "Sales", "Warehouse", "Board")


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    if references.general_users < len(references.sites):
        site = references.sites[references.general_users]
        references.general_users += 1
        # The placeholder keeps new.active: it is not a person who could leave.
        row = _row(rng, new.id, site, GENERAL_USER, "", active=True)
    else:
        site = references.site(rng)
        culture = site.client.culture
        row = _row(rng, new.id, site, rng.pick(culture.given), rng.pick(culture.surnames), active=new.active)
    references.add_person(Person(new.id, row["name"], site))
    return row


def detail(references: References, rng: SeededRandom, row: Fields) -> Fields:
    """Add the keys that only `/Users/{id}` returns."""
    del references, row
    return {
        "datecreated": halo_date(rng.between(1_450_000_000, 1_750_000_000)),
        "department": rng.pick(_DEPARTMENTS),
        "notes": paragraph(rng, 2),
    }


def _row(rng: SeededRandom, number: int, site: Site, given: str, surname: str, *, active: bool) -> Fields:
    general = given == GENERAL_USER
    client = site.client
    culture = client.culture
    name = given if general else culture.full_name(given, surname)
    emailed = not general and rng.chance(0.92)  # without an address the key is missing, section 4
    return {
        "id": number,
        "name": name,
        "firstname": given if not general else "General",
        "surname": surname if not general else "User",
        "initials": "GU" if general else f"{given[:1]}{surname[:1]}",
        "title": rng.pick(ROLES) if not general and rng.chance(0.6) else None,
        "site_id": float(site.id),  # halo-api.md section 4: a float, with the int beside it
        "site_id_int": site.id,
        "site_name": site.name,
        "client_id": client.id,
        "client_name": client.name,
        "emailaddress": _address(number, given, surname, client.domain) if emailed else None,
        "email2": "",
        "email3": "",
        "phonenumber": rng.phone(culture) if rng.chance(0.6) else "",
        "phonenumber_preferred": rng.phone(culture) if rng.chance(0.5) else None,
        "mobilenumber": rng.phone(culture) if not general and rng.chance(0.7) else "",
        "mobilenumber2": "",
        "homenumber": "",
        "sitephonenumber": rng.phone(culture),
        "fax": "",
        "telpref": 0,
        "inactive": not active,
        "colour": rng.pick(COLOURS),
        "isimportantcontact": not general and rng.chance(0.08),
        "isimportantcontact2": False,
        "isserviceaccount": not general and rng.chance(0.03),
        "is_prospect": False,
        "neversendemails": general,
        "neversendmarketingemails": rng.chance(0.2),
        "linked_agent_id": 0,
        "login": f"user{number}",
        "activedirectory_dn": f"CN=user{number},OU=Staff,DC=client{client.id},DC=example",
        "azureoid": rng.guid() if not general and rng.chance(0.7) else None,
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
        "customfields": custom_fields(rng, 2),
        "use": "user",
        "key": number,
    }


def _address(number: int, given: str, surname: str, domain: str) -> str:
    local = ".".join(part for part in (handle(given), handle(surname)) if part)
    return f"{local}{number}@{domain}" if local else f"user{number}@{domain}"
