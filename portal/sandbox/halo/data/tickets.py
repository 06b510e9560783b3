"""Ordinary tickets. They have the keys of opportunities too; only a few keys distinguish them."""

from __future__ import annotations

from portal.sandbox.halo.data import opportunities
from portal.sandbox.halo.data.common import Fields
from portal.sandbox.halo.data.references import References
from portal.sandbox.record_factory import NewRecord
from portal.sandbox.seeded_random import SeededRandom

TICKET_TYPE = (25, "Incident")
FIRST_ID = 800
# Ids of opportunities start above these.
MOST = 2_000
# SEEN in ordinary tickets.
_OF_EVERY_TICKET: Fields = {
    "pipeline_stage_id": 1,
    "pipeline_stage_name": None,
    "opptype": " ",
    "oppcompanyname": "",
    "oppvalue": 0.0,
    "oppconversionprobability": 0.0,
    "tickettype_id": TICKET_TYPE[0],
    "tickettype_name": TICKET_TYPE[1],
    "team": "1st Line",
    "estimate": -0.0,
    "excludefromsla": False,
}
_OF_AN_OPPORTUNITY: Fields = {
    "pipeline_stage_name": opportunities.STAGES[0][1],
    "oppvalue": 1_000.0,
    "oppconversionprobability": opportunities.STAGES[0][2],
    "tickettype_id": opportunities.TICKET_TYPE[0],
    "tickettype_name": opportunities.TICKET_TYPE[1],
    "team": "Sales",
}


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    return as_ticket(opportunities.make(references, rng, new))


def as_ticket(fields: Fields) -> Fields:
    """Return the row of an opportunity after its conversion to an ordinary ticket."""
    return {**fields, **_OF_EVERY_TICKET}


def as_opportunity(fields: Fields) -> Fields:
    return {**fields, **_OF_AN_OPPORTUNITY}


def detail(row: Fields) -> Fields:
    """Add the keys that only `/Opportunities/{id}` returns."""
    return {**row, **opportunities.agent_name(row), "attachments": [], "is_opportunity": False}
