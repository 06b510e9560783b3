"""Contacts (connectwise-api.md section 5). Mail and phones are communication items."""

from __future__ import annotations

from portal.sandbox.connectwise.data.common import DEPARTMENT, Fields, custom_fields, info, reference
from portal.sandbox.connectwise.data.references import Person, References, Site
from portal.sandbox.record_factory import NewRecord
from portal.sandbox.seeded_random import SeededRandom
from portal.sandbox.words import handle
from portal.sandbox.words.text import ROLES

_PATH = "company/communicationTypes"


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    site = references.site(rng)
    culture = site.company.culture
    given, surname = rng.pick(culture.given), rng.pick(culture.surnames)
    # Contacts without a company were seen.
    has_company = bool(site.company.id) and not rng.chance(0.02)
    is_first = site.id not in references.people_of
    references.add_person(Person(new.id, f"{given} {surname}", site))
    phone = rng.phone(culture) if rng.chance(0.7) else None
    return {
        "id": new.id,
        "firstName": given[:30],
        "lastName": surname[:30] if rng.chance(0.97) else None,
        "company": site.company.reference() if has_company else None,
        "site": site.reference() if has_company and site.id else None,
        "title": rng.pick(ROLES) if rng.chance(0.6) else None,
        "department": DEPARTMENT if rng.chance(0.1) else None,
        "relationship": reference(1, "Employee"),
        "inactiveFlag": not new.active,
        "defaultFlag": is_first,
        "defaultBillingFlag": is_first,
        "defaultPhoneType": "Direct" if phone else None,
        "defaultPhoneNbr": phone,
        "disablePortalLoginFlag": True,
        "portalSecurityLevel": 6,
        "marriedFlag": False,
        "childrenFlag": False,
        "unsubscribeFlag": rng.chance(0.2),
        "mobileGuid": rng.guid(),
        "companyLocation": reference(2, "Tampa Office"),
        "types": [reference(17, "End user")],
        "communicationItems": _items(rng, new.id, site, (given, surname), phone),
        "customFields": custom_fields(rng, 3, "contact_overview"),
        "ignoreDuplicates": False,
        "_info": info(rng, new.updated, communications_href=f"company/contacts/{new.id}/communications"),
    }


def _items(
    rng: SeededRandom, number: int, site: Site, name: tuple[str, str], phone: str | None
) -> list[Fields] | None:
    """Return the communication items; None, and so no key, for a few contacts."""
    if rng.chance(0.03):
        return None
    items = []
    if rng.chance(0.92):
        local = ".".join(part for part in map(handle, name) if part) or "user"
        items.append(_mail(number * 10, f"{local}{number}@{site.company.domain}", is_default=True))
    if rng.chance(0.1):
        items.append(_mail(number * 10 + 1, f"private{number}@mail.example", is_default=False))
    if phone:
        items.append(_phone(number * 10 + 2, 2, "Direct", phone))
    if rng.chance(0.5):
        items.append(_phone(number * 10 + 3, 4, "Mobile", rng.phone(site.company.culture)))
    return items


def _mail(number: int, value: str, *, is_default: bool) -> Fields:
    return {
        "id": number,
        "type": reference(14, "Email - Work", _PATH),
        "value": value,
        "defaultFlag": is_default,
        "domain": value[value.index("@") :],
        "communicationType": "Email",
    }


def _phone(number: int, type_id: int, name: str, value: str) -> Fields:
    item: Fields = {
        "id": number,
        "type": reference(type_id, name, _PATH),
        "value": value,
        "defaultFlag": type_id == 2,
        "communicationType": "Phone",
    }
    return {**item, "extension": str(100 + number % 900)} if number % 4 == 0 else item
