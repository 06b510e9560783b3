"""Agreements (connectwise-api.md section 5)."""

from __future__ import annotations

from portal.sandbox.connectwise.data.catalog import CYCLES
from portal.sandbox.connectwise.data.common import DEPARTMENT, LOCATION, Fields, custom_fields, day, info, named
from portal.sandbox.connectwise.data.references import References
from portal.sandbox.record_factory import DAY, EPOCH, NewRecord
from portal.sandbox.seeded_random import SeededRandom

TYPES = ((30, "Managed services"), (31, "Block time "), (32, "Hosting"), (33, "Licences"))
_TITLES = ("Managed Services", "Backup & recovery", "Wartung", "Support όλο το 24ωρο", "保守契約", "Security bundle")


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    site = references.site(rng)
    person = references.person_at(site, rng)
    is_endless = new.active and rng.chance(0.4)
    is_cancelled = not new.active and rng.chance(0.5)
    start = EPOCH - rng.between(400, 1500) * DAY
    end = EPOCH + (rng.between(20, 1000) if new.active else -rng.between(1, 200)) * DAY
    amount = rng.money(40, 6000)
    return {
        "id": new.id,
        "name": rng.pick(_TITLES),
        "type": named(TYPES, rng, "finance/agreements/types"),
        "company": site.company.reference() if site.company.id else None,
        "contact": person.reference() if person else None,
        "site": site.reference() if site.id else None,
        "location": LOCATION,
        "department": DEPARTMENT,
        "restrictLocationFlag": False,
        "startDate": day(start),
        "endDate": None if is_endless else day(end),
        "noEndingDateFlag": is_endless,
        "cancelledFlag": is_cancelled,
        "dateCancelled": day(new.updated) if is_cancelled else None,
        "reasonCancelled": "Moved away" if is_cancelled else None,
        "agreementStatus": "Active" if new.active else ("Cancelled" if is_cancelled else "Expired"),
        "applicationUnits": rng.pick(("Amount", "Hours", "Incidents")),
        "applicationLimit": 1.0,
        "applicationCycle": "CalendarMonth",
        "applicationUnlimitedFlag": True,
        "oneTimeFlag": False,
        "billingCycle": named(CYCLES, rng),
        "billAmount": amount,
        "billOneTimeFlag": False,
        "invoicingCycle": "CalendarYear",
        "billStartDate": day(start),
        "nextInvoiceDate": day(EPOCH + rng.between(1, 90) * DAY) if new.active else None,
        "billTime": "Billable",
        "billExpenses": "Billable",
        "billProducts": "Billable",
        "taxable": True,
        "currency": {"id": 7, "symbol": "£", "currencyCode": "GBP", "name": "Pound sterling", "_info": {}},
        "periodType": "Current",
        "internalNotes": "" if rng.chance(0.6) else "See the signed copy.",
        "customFields": custom_fields(rng, 3, "agreements_agreement"),
        "_info": _info(rng, new.updated),
    }


def _info(rng: SeededRandom, updated: float) -> Fields:
    """Return the only `_info` that says `created` instead of `entered` (seen)."""
    found = info(rng, updated)
    found["createdDate"], found["createdBy"] = found.pop("dateEntered"), found.pop("enteredBy")
    return found
