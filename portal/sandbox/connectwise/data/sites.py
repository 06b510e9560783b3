"""Company sites (connectwise-api.md section 5)."""

from __future__ import annotations

from portal.sandbox.connectwise.data.common import Fields, address, info, reference
from portal.sandbox.connectwise.data.references import References, Site
from portal.sandbox.record_factory import NewRecord
from portal.sandbox.seeded_random import SeededRandom

_NAMES = ("Annexe", "Branch", "Depot", "Filiale", "Lager", "Office", "Showroom", "Warehouse", "支店", "Φιλιάλα")


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    site = _place(references, rng, new.id)
    references.add_site(site)
    is_main = site.name == "Main"
    return {
        "id": new.id,
        "name": site.name,
        **address(rng, site.company.culture),
        "stateReference": reference(rng.between(1, 50), "Region", identifier="RG") if rng.chance(0.3) else None,
        "addressFormat": reference(4, "Standard"),
        "phoneNumber": rng.phone(site.company.culture) if rng.chance(0.7) else "",
        "faxNumber": "",
        "taxCode": reference(11, "Standard"),
        "expenseReimbursement": 0.0,
        "primaryAddressFlag": is_main,
        "defaultShippingFlag": is_main,
        "defaultBillingFlag": is_main,
        "defaultMailingFlag": is_main,
        "billSeparateFlag": False,
        "inactiveFlag": not new.active,
        "mobileGuid": rng.guid(),
        "timeZone": reference(1, "GMT") if rng.chance(0.5) else None,
        "company": site.company.reference(),
        "_info": info(rng, new.updated),
    }


def _place(references: References, rng: SeededRandom, number: int) -> Site:
    """Return the company for the next site: every company gets a "Main" site first, then at random."""
    if references.main_sites < len(references.companies):
        company = references.companies[references.main_sites]
        references.main_sites += 1
        return Site(number, "Main", company)
    company = references.company(rng)
    return Site(number, f"{rng.pick(_NAMES)} {rng.pick(company.culture.cities)}"[:50], company)
