"""Opportunities: tickets of the pipeline, in the id space of all tickets (halo-api.md section 4.6)."""

from __future__ import annotations

from portal.sandbox.halo.data.common import Fields, custom_fields, paragraph
from portal.sandbox.halo.data.dates import EMPTY, halo_date, halo_day
from portal.sandbox.halo.data.references import UNKNOWN, Person, References
from portal.sandbox.record_factory import DAY, EPOCH, NewRecord
from portal.sandbox.seeded_random import SeededRandom
from portal.sandbox.words.text import SUBJECTS

TICKET_TYPE = (30, "Opportunity")
STATUSES = ((1, "New"), (2, "In progress"), (8, "Won"), (9, "Closed"))
STAGES = ((1, "Qualify", 20.0), (2, "Quote sent", 60.0), (3, "Negotiation", 80.0), (4, "Closed", 100.0))


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    prospect = rng.chance(0.12)
    site = references.site_of(UNKNOWN, rng) if prospect else references.site(rng)
    person = None if prospect else references.person_at(site, rng)
    status_id, status = rng.pick(STATUSES[:2] if new.active else STATUSES[2:])
    stage_id, stage, probability = rng.pick(STAGES[:3]) if new.active else STAGES[3]
    value = rng.money(200, 60_000)
    occurred = new.updated - rng.between(0, 200) * DAY
    row = {
        "id": new.id,
        "summary": rng.pick(SUBJECTS),
        "details": paragraph(rng, 12),
        "dateoccurred": halo_date(occurred),
        "last_update": halo_date(new.updated),
        "lastactiondate": halo_date(new.updated),
        "dateclosed": EMPTY if new.active else halo_date(new.updated),
        # halo-api.md section 4.6: the key is missing, not false, while it is open
        "hasbeenclosed": None if new.active else True,
        "status_id": status_id,
        "status_name": status,
        "tickettype_id": TICKET_TYPE[0],
        "tickettype_name": TICKET_TYPE[1],
        "client_id": site.client.id,
        "client_name": site.client.name,
        "site_id": site.id,
        "site_name": site.name,
        "user_id": person.id if person else 0,
        "user_name": person.name if person else None,
        "agent_id": rng.between(1, 9),
        "team": rng.pick(("Sales", "Account management")),
        "pipeline_stage_id": stage_id,
        "pipeline_stage_name": stage,
        "oppvalue": value,
        "oppvalue_monthly": rng.money(0, 900),
        "oppvalue_annual": 0.0,
        "oppvalue_oneoff": value,
        "oppvalueadjusted": round(value * probability / 100, 2),
        "oppprofit": round(value * 0.3, 2),
        "oppconversionprobability": probability,
        "oppconverteddate": EMPTY,
        "oppreason": "",
        "oppclosurecategory": 0,
        "oppattemptsmade": 0,
        "opptype": "",
        "targetdate": halo_day(EPOCH + rng.between(-30, 120) * DAY),
        "followupdate": EMPTY,
        "deadlinedate": EMPTY,
        "startdate": EMPTY,
        "fixbydate": EMPTY,
        "respondbydate": EMPTY,
        "responsedate": EMPTY,
        "inactive": False,
        "guid": rng.guid(),
        "sla_id": -1,
        "priority_id": 0,
        "estimate": 0.0,
        "timetaken": rng.money(0, 8),
        "chargehours": 0.0,
        "nonchargehours": 0.0,
        "travelhours": 0.0,
        "itemsprice": 0.0,
        "cost": 0.0,
        "quantity": 0,
        "child_count": 0,
        "attachment_count": rng.between(0, 4),
        "flagged": False,
        "read": True,
        "onhold": False,
        "excludefromsla": True,
        "slaholdtime": 0.0,
        "workflow_id": 0,
        "workflow_step": 0,
        "organisation_id": 1,
        "department_id": 3,
        "impact": 0,
        "urgency": 0,
        "source": 0,
        "reportedby": "",
        "user_email": "",
        "supplier_id": 0,
        "product_id": 0,
        "release_id": 0,
        "milestone_id": 0,
        "merged_into_id": 0,
        "customfields": custom_fields(rng, 6),
        "use": "ticket",
    }
    return {**row, **_contact(rng, person, prospect=prospect)}


def detail(references: References, rng: SeededRandom, row: Fields) -> Fields:
    """Add the keys that only `/Opportunities/{id}` returns."""
    del references
    return {
        **agent_name(row),
        "oppcurrentsystem": rng.pick(("", "On premises", "None")),
        "oppcompetitors": "",
        "attachments": [],
        "is_opportunity": True,
    }


def agent_name(row: Fields) -> Fields:
    """Add the keys that `includeagent=true` requests."""
    return {"agent_name": f"Agent {row['agent_id']}" if row["agent_id"] > 1 else "Unassigned"}


def _contact(rng: SeededRandom, person: Person | None, *, prospect: bool) -> Fields:
    """Return the contact. A prospect is not a client yet: it has client 1, and only the company's name."""
    culture = rng.culture() if prospect else (person.site.client.culture if person else rng.culture())
    given, surname = rng.pick(culture.given), rng.pick(culture.surnames)
    company = f"{rng.pick(culture.stems)} {rng.pick(culture.trades)}"
    return {
        "oppcontactname": culture.full_name(given, surname) if prospect else (person.name if person else ""),
        "oppcompanyname": company if prospect else "",
        "oppemailaddress": f"lead{rng.digits(5)}@prospect.example" if prospect else "",
        "opptel": rng.phone(culture) if prospect else "",
        "oppaddr1": f"{rng.between(1, 99)} {rng.pick(culture.streets)}" if prospect else "",
        "oppaddr2": rng.pick(culture.cities) if prospect else "",
        "opppostcode": rng.digits(5) if prospect else "",
        "oppcountry": culture.country if prospect else "",
    }
