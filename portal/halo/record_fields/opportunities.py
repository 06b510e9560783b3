"""Fields of opportunities (halo-api.md section 4.6: list Faults_List; the keys are SPEC, no live row was found)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from portal.halo.record_fields.values import UNKNOWN, reference
from portal.record_fields import Value
from portal.record_fields.values import Row, day, moment, money, number, text, yes_no

# What MSPs call the closed states of a deal; Halo has no flag for them.
WON: Final = ("won", "accepted")
LOST: Final = ("lost", "rejected", "declined")


def fields(row: Row) -> Mapping[str, Value | None]:
    client = reference(row, "clients", ("client_id",), "client_name", unknown=UNKNOWN)
    contact = reference(row, "contacts", ("user_id",), "user_name")
    return {
        "summary": text(row, "summary"),
        "stage": text(row, "pipeline_stage_name"),
        "status": text(row, "status_name"),
        "won": _won(row),
        # A prospect is not a client yet: it has client 1, and only the company's name.
        "client": client or reference(row, None, (), "oppcompanyname"),
        "contact": contact or reference(row, None, (), "oppcontactname"),
        # `agent_name` comes with includeagent; agent 1 is "unassigned" (section 2).
        "owner": reference(row, None, ("agent_id",), "agent_name", unknown=UNKNOWN),
        "value_once": money(row, "oppvalue_oneoff", "oppvalue"),
        "value_monthly": money(row, "oppvalue_monthly"),
        "probability": number(row, "oppconversionprobability"),
        "expected_close": day(row, "targetdate"),
        # `datecreated` is null in lists.
        "opened": moment(row, "dateoccurred"),
        "closed": moment(row, "dateclosed"),
    }


def _won(row: Row) -> bool | None:
    """Whether a closed deal was won, judged by its status or conversion; None if unknown."""
    if not yes_no(row, "hasbeenclosed"):
        return None
    status = (text(row, "status_name") or "").lower()
    if any(word in status for word in LOST):
        return False
    if any(word in status for word in WON) or moment(row, "oppconverteddate"):
        return True
    return None
