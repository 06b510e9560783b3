"""Presets: named sets of knobs, faults and permissions, to apply with one click."""

from __future__ import annotations

from typing import Final

from portal.sandbox.connectwise.faults import Fault
from portal.sandbox.connectwise.record_types import RECORD_TYPES
from portal.sandbox.desk.description import Preset

_SMALL_PAGES: Final = {"caps": dict.fromkeys(RECORD_TYPES, 50)}

PRESETS: Final = (
    Preset("behaves", "Behaves", "Default switches and permissions, no faults."),
    Preset(
        "no_agreements",
        "Role may not read agreements",
        "Agreements return 403, as without Inquire: All on Finance › Agreements.",
        permissions={"refused": ["contracts"]},
    ),
    Preset(
        "mine",
        "Role sees only its own",
        "Companies, contacts and opportunities have Inquire: My, so a part is missing without an error.",
        permissions={"mine": ["clients", "contacts", "opportunities"]},
    ),
    Preset(
        "html",
        "HTML page instead of a list",
        "The list of configurations is a web page with status 200.",
        faults=(Fault("html", on="assets", times=None),),
    ),
    Preset(
        "late_500",
        "500 on page 9",
        "Sends 50 rows per page, and page 9 of the contacts fails three times with a timeout.",
        knobs=_SMALL_PAGES,
        faults=(Fault("timeout", on="contacts", page=9, times=3),),
    ),
    Preset(
        "busy",
        "429 without Retry-After",
        "Allows 12 requests every 30 seconds, and doesn't say when to retry.",
        knobs={"quota": 12, "quota_window": 30.0, "retry_after": "off"},
    ),
    Preset(
        "one_at_a_time",
        "Four requests at once",
        "More than four requests at the same time get 429.",
        knobs={"most_at_once": 4},
    ),
    Preset(
        "caps", "Caps at 50", "Never sends more than 50 rows per page, whatever was requested.", knobs=_SMALL_PAGES
    ),
    Preset(
        "forgets",
        "Conditions lost on page 2",
        "From page 2 on, lists of 50 rows have all records.",
        knobs={**_SMALL_PAGES, "forgets_conditions": True},
    ),
    Preset(
        "refuses",
        "Refused condition",
        "A condition on lastUpdated gets 400, ApiFindCondition, for contacts and configurations.",
        knobs={"refused_conditions": {"contacts": ["lastUpdated"], "assets": ["lastUpdated"]}},
    ),
    Preset(
        "wide",
        "lastUpdated returns too much",
        "A condition on lastUpdated also returns records changed up to 36 hours earlier.",
        knobs={"update_filter": dict.fromkeys(RECORD_TYPES, "wide")},
    ),
    Preset(
        "naive",
        "lastUpdated without Z",
        "A condition on lastUpdated finds nothing if its time ends with a Z.",
        knobs={"update_filter": dict.fromkeys(RECORD_TYPES, "naive_only")},
    ),
    Preset(
        "moving",
        "Rows move between pages",
        "Lists of 50 rows are ordered by last update, and three records change after each page.",
        knobs={**_SMALL_PAGES, "default_order": "updated", "changes_between_pages": 3},
    ),
    Preset(
        "bin", "Recycle bin twice", "Companies in the recycle bin are listed twice.", knobs={"doubled_deleted": True}
    ),
    Preset(
        "dirty",
        "Dirty values",
        "Blanks, NULs and zero-width characters in names, {} for missing references, custom values of any type.",
        knobs={
            "dirty_text": ["trailing_blanks", "nul", "zero_width"],
            "empty_references": True,
            "without_company": ["contacts"],
            "custom_values": "any",
        },
    ),
    Preset(
        "old",
        "Older server",
        "Version 2019.5 without forward-only paging, with “inactive” and “state” in sites.",
        knobs={
            "version": "v2019.5.61234",
            "codebase": "v2019_5/",
            "no_forward_only": list(RECORD_TYPES),
            "old_sites": True,
        },
    ),
    Preset(
        "foreign",
        "Links to another host",
        "The next page's link names another host, which must never get the keys.",
        knobs={"link": "foreign"},
    ),
    Preset(
        "forged",
        "Callbacks with bad signatures",
        "Callbacks are signed with another key, so the portal must refuse them.",
        knobs={"bad_signature": True},
    ),
    Preset(
        "twice",
        "Callbacks twice, out of order",
        "Each callback is sent twice, and those of one change last first.",
        knobs={"doubled_callbacks": True, "reordered_callbacks": True},
    ),
    Preset(
        "falls_over",
        "Falls over now and then",
        "One response in five is an error, a web page, cut short or missing.",
        faults=(
            Fault("timeout", after=3, every=20, times=None),
            Fault("truncated", after=8, every=20, times=None),
            Fault("html", after=13, every=20, times=None),
            Fault("reset", after=18, every=20, times=None),
        ),
    ),
)
