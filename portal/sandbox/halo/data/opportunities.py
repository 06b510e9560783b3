"""Opportunities: tickets of the pipeline, in the id space of all tickets (halo-api.md section 4.6)."""

from __future__ import annotations

from portal.sandbox.halo.data.common import Fields, custom_fields, paragraph
from portal.sandbox.halo.data.dates import DAY, EMPTY, EPOCH, halo_date, halo_day
from portal.sandbox.halo.data.draw import Draw
from portal.sandbox.halo.data.world import UNKNOWN, New, Person, World
from portal.sandbox.words.text import SUBJECTS

TICKET_TYPE = (30, "Opportunity")
STATUSES = ((1, "New"), (2, "In progress"), (8, "Won"), (9, "Closed"))
STAGES = ((1, "Qualify", 20.0), (2, "Quote sent", 60.0), (3, "Negotiation", 80.0), (4, "Closed", 100.0))


def make(world: World, draw: Draw, new: New) -> Fields:
    prospect = draw.chance(0.12)
    site = world.site_of(UNKNOWN, draw) if prospect else world.site(draw)
    person = None if prospect else world.person_at(site, draw)
    status_id, status = draw.pick(STATUSES[:2] if new.active else STATUSES[2:])
    stage_id, stage, probability = draw.pick(STAGES[:3]) if new.active else STAGES[3]
    value = draw.money(200, 60_000)
    occurred = new.updated - draw.between(0, 200) * DAY
    row = {
        "id": new.id,
        "summary": draw.pick(SUBJECTS),
        "details": paragraph(draw, 12),
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
        "agent_id": draw.between(1, 9),
        "team": draw.pick(("Sales", "Account management")),
        "pipeline_stage_id": stage_id,
        "pipeline_stage_name": stage,
        "oppvalue": value,
        "oppvalue_monthly": draw.money(0, 900),
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
        "targetdate": halo_day(EPOCH + draw.between(-30, 120) * DAY),
        "followupdate": EMPTY,
        "deadlinedate": EMPTY,
        "startdate": EMPTY,
        "fixbydate": EMPTY,
        "respondbydate": EMPTY,
        "responsedate": EMPTY,
        "inactive": False,
        "guid": draw.guid(),
        "sla_id": -1,
        "priority_id": 0,
        "estimate": 0.0,
        "timetaken": draw.money(0, 8),
        "chargehours": 0.0,
        "nonchargehours": 0.0,
        "travelhours": 0.0,
        "itemsprice": 0.0,
        "cost": 0.0,
        "quantity": 0,
        "child_count": 0,
        "attachment_count": draw.between(0, 4),
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
        "customfields": custom_fields(draw, 6),
        "use": "ticket",
    }
    return {**row, **_contact(draw, person, prospect=prospect)}


def detail(world: World, draw: Draw, row: Fields) -> Fields:
    """Add what only `/Opportunities/{id}` answers."""
    del world
    return {
        **agent_name(row),
        "oppcurrentsystem": draw.pick(("", "On premises", "None")),
        "oppcompetitors": "",
        "attachments": [],
        "is_opportunity": True,
    }


def agent_name(row: Fields) -> Fields:
    """Add what `includeagent=true` asks for."""
    return {"agent_name": f"Agent {row['agent_id']}" if row["agent_id"] > 1 else "Unassigned"}


def _contact(draw: Draw, person: Person | None, *, prospect: bool) -> Fields:
    """Say whom to talk to. A prospect is no client yet: client 1, and the company by name only."""
    culture = draw.culture() if prospect else (person.site.client.culture if person else draw.culture())
    given, surname = draw.pick(culture.given), draw.pick(culture.surnames)
    company = f"{draw.pick(culture.stems)} {draw.pick(culture.trades)}"
    return {
        "oppcontactname": culture.full_name(given, surname) if prospect else (person.name if person else ""),
        "oppcompanyname": company if prospect else "",
        "oppemailaddress": f"lead{draw.digits(5)}@prospect.example" if prospect else "",
        "opptel": draw.phone(culture) if prospect else "",
        "oppaddr1": f"{draw.between(1, 99)} {draw.pick(culture.streets)}" if prospect else "",
        "oppaddr2": draw.pick(culture.cities) if prospect else "",
        "opppostcode": draw.digits(5) if prospect else "",
        "oppcountry": culture.country if prospect else "",
    }
