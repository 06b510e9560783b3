"""Companies (connectwise-api.md section 5)."""

from __future__ import annotations

from portal.sandbox.connectwise.data.common import Fields, address, custom_fields, info, moment, named, reference
from portal.sandbox.connectwise.data.references import COMPANIES, Company, References
from portal.sandbox.record_factory import DAY, NewRecord
from portal.sandbox.seeded_random import SeededRandom
from portal.sandbox.words import handle

STATUSES = ((1, "Active"), (2, "Inactive"), (3, "Not Approved"), (12, "Credit hold"))
TYPES = ((1, "Customer"), (2, "Prospect"), (3, "Vendor"), (4, "Partner"), (5, "Former customer "))
TERRITORIES = ((2, "My Company"), (3, "North"), (4, "South"))
OWN = 2  # the MSP's own company
_DELETED = 0.03


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    company = _own(references) if new.id == OWN else _named(rng, new.id)
    is_deleted = new.id != OWN and new.active and rng.chance(_DELETED)
    parent = references.company(rng) if references.companies and rng.chance(0.05) else None
    if not is_deleted:
        references.companies.append(company)
    kinds = (TYPES[0],) if rng.chance(0.7) else (rng.pick(TYPES), TYPES[3])
    status = STATUSES[0] if new.active else rng.pick(STATUSES[1:3])
    manager = rng.between(2, 9)
    return {
        "id": new.id,
        "identifier": company.identifier,
        "name": company.name,
        "status": reference(*status, "company/companies/statuses"),
        **address(rng, company.culture),
        "phoneNumber": rng.phone(company.culture),
        "faxNumber": rng.phone(company.culture) if rng.chance(0.1) else "",
        "website": f"www.{company.domain}" if rng.chance(0.8) else "",
        "territory": named(TERRITORIES, rng),
        "accountNumber": f"ACC-{new.id}" if rng.chance(0.5) else "",
        "dateAcquired": moment(new.updated - rng.between(900, 3000) * DAY),
        "parentCompany": parent.reference() if parent else None,
        "annualRevenue": 0.0,
        "numberOfEmployees": rng.between(3, 400) if rng.chance(0.5) else None,
        "timeZoneSetup": reference(1, "GMT"),
        "leadFlag": False,
        "unsubscribeFlag": False,
        "deletedFlag": is_deleted,
        "dateDeleted": moment(new.updated) if is_deleted else None,
        "deletedBy": "zAdmin" if is_deleted else None,
        "mobileGuid": rng.guid(),
        "isVendorFlag": TYPES[2] in kinds,
        "currency": {"id": 7, "symbol": "£", "currencyCode": "GBP", "name": "Pound sterling", "_info": {}},
        "taxCode": reference(11, "Standard"),
        "billingTerms": reference(1, "Net 30 days"),
        "types": [reference(*kind) for kind in dict.fromkeys(kinds)],
        "userDefinedField1": f"Manager {manager}" if rng.chance(0.2) else None,
        "integratorTags": [],
        "_info": info(
            rng,
            new.updated,
            contacts_href=f"company/contacts?conditions=company/id={new.id}",
            sites_href=f"{COMPANIES}/{new.id}/sites",
        ),
        "customFields": custom_fields(rng, 4, "companies_overview"),
    }


def _own(references: References) -> Company:
    culture = SeededRandom(references.seed, "own company").culture()
    return Company(OWN, references.company_id, f"{references.company_id.title()} IT Services", culture)


def _named(rng: SeededRandom, number: int) -> Company:
    culture = rng.culture()
    stem = rng.pick(culture.stems)
    name = f"{stem} {rng.pick(culture.trades)}"
    if rng.chance(0.3):
        name = f"{name}, {rng.pick(culture.cities)}"
    identifier = f"{(handle(stem) or 'company').title()}{number}"[:30]
    return Company(number, identifier, name[:50], culture)
