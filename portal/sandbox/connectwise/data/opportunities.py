"""Opportunities (connectwise-api.md section 5). They have no amount; that is in their forecast."""

from __future__ import annotations

from portal.sandbox.connectwise.data.common import (
    Fields,
    custom_fields,
    day,
    info,
    moment,
    named,
    paragraph,
    reference,
)
from portal.sandbox.connectwise.data.references import References
from portal.sandbox.record_factory import DAY, EPOCH, NewRecord
from portal.sandbox.seeded_random import SeededRandom
from portal.sandbox.words.text import SUBJECTS

TYPES = ((2, "Hardware"), (3, "Managed services"), (4, "Project"))
STAGES = ((6, "1.Lead"), (7, "2.Qualified"), (8, "3.Quote"), (9, "4.Negotiation"))
# id, name, won, lost, closed
STATUSES = ((1, "Open", False, False, False), (2, "Won", True, False, True), (3, "Lost", False, True, True))
PROBABILITIES = ((3, 10), (4, 25), (5, 50), (6, 75), (7, 100))
_PRIORITIES = ((7, "High"), (8, "Medium"), (9, "Low"))
_RATINGS = ((4, "Hot"), (5, "Warm"), (6, "Cold"))


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    site = references.site(rng)
    person = references.person_at(site, rng)
    status = STATUSES[0] if new.active else rng.pick(STATUSES[1:])
    probability, percent = rng.pick(PROBABILITIES)
    rep = rng.between(170, 180)
    return {
        "id": new.id,
        "name": rng.pick(SUBJECTS),
        "expectedCloseDate": day(EPOCH + rng.between(-30, 120) * DAY),
        "type": named(TYPES, rng, "sales/opportunities/types"),
        "stage": named(STAGES, rng, "sales/stages"),
        "status": reference(status[0], status[1], "sales/opportunities/statuses"),
        "priority": named(_PRIORITIES, rng),
        "notes": paragraph(rng, 4),
        "probability": reference(probability, f"{percent}%", "sales/probabilities"),
        "source": "" if rng.chance(0.5) else "Web site",
        "rating": named(_RATINGS, rng),
        "primarySalesRep": reference(rep, f"Sales rep {rep}", "system/members", identifier=f"User{rep}"),
        "locationId": 2,
        "businessUnitId": 10,
        "company": site.company.reference() if site.company.id else None,
        "contact": person.reference() if person else None,
        "site": site.reference() if site.id else None,
        "customerPO": "",
        "dateBecameLead": moment(new.updated - rng.between(20, 200) * DAY),
        "pipelineChangeDate": moment(new.updated),
        "closedDate": None if new.active else moment(new.updated),
        "closedBy": None if new.active else reference(rep, f"Sales rep {rep}", identifier=f"User{rep}"),
        "totalSalesTax": 0.0,
        "taxCode": reference(11, "Standard"),
        "companyLocationId": 2,
        "customFields": custom_fields(rng, 2, "opportunities_opportunity"),
        "_info": info(rng, new.updated, notes_href=f"sales/opportunities/{new.id}/notes"),
    }


def forecast(seed: int, number: int) -> Fields:
    """Return what `/sales/opportunities/{id}/forecast` does."""
    rng = SeededRandom(seed, "forecast", number)
    items: list[Fields] = [
        {
            "id": number * 10 + place,
            "forecastDescription": kind,
            "opportunity": {"id": number},
            "quantity": 1.0,
            "status": {"id": 1, "name": "Open"},
            "revenue": rng.money(100, 20_000),
            "cost": rng.money(50, 9_000),
            "margin": rng.money(20, 9_000),
            "percentage": 50,
            "includeFlag": True,
            "recurringRevenue": rng.money(0, 900) if kind == "Agreement" else 0.0,
            "recurringCost": 0.0,
            "cycles": 12 if kind == "Agreement" else 0,
            "recurringFlag": kind == "Agreement",
            "forecastType": kind,
        }
        for place, kind in enumerate(("Product", "Service", "Agreement"))
        if rng.chance(0.7)
    ]
    once = round(sum(each["revenue"] for each in items), 2)
    return {
        "id": number,
        "forecastItems": items,
        "productRevenue": {"id": 1, "revenue": once, "cost": 0.0, "margin": once, "percentage": 100},
        "forecastRevenueTotals": {"id": 6, "revenue": once, "cost": 0.0, "margin": once, "percentage": 100},
        "currency": {"id": 7, "symbol": "£", "currencyCode": "GBP", "name": "Pound sterling"},
    }
