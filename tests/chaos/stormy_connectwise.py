"""ConnectWise in a storm."""

from __future__ import annotations

from functools import partial
from typing import Final

from portal.sandbox import spawned
from portal.sandbox.connectwise.record_types import RECORD_TYPES
from tests import connectwise_edits
from tests.chaos.stormy_psa import StormyPsa
from tests.connectwise_fixtures import ConnectWiseCopy, set_up

_TYPES: Final = tuple(RECORD_TYPES)
_CAPS: Final = {
    "clients": 25,
    "sites": 25,
    "contacts": 75,
    "products": 25,
    "assets": 50,
    "opportunities": 25,
    "contracts": 25,
}


def _refused(**names: list[str]) -> dict[str, list[str]]:
    return {**{name: [] for name in _TYPES}, **names}


CONNECTWISE: Final = StormyPsa(
    slug="connectwise",
    name="ConnectWise",
    spawned=partial(spawned, kind="connectwise"),
    set_up=set_up,
    copy=ConnectWiseCopy,
    types=_TYPES,
    without_state=frozenset(),
    page_query="orderBy=id+asc",
    detail_kind="forecast",
    details_of="opportunities",
    rate_limit="throttled",
    # Each names all types: the sandbox keeps the entries of a map that are not named.
    calm={
        "caps": _CAPS,
        "retry_after": "off",
        "link": "full",
        "past_end": "empty",
        "count": dict.fromkeys(_TYPES, "exact"),
        "update_filter": dict.fromkeys(_TYPES, "exact"),
        "refused_conditions": _refused(),
        "no_forward_only": [],
        "forgets_conditions": False,
        "doubled_deleted": False,
        "changes_between_pages": 0,
    },
    behaviours={
        "retry_after": ("off", "seconds", "date"),
        "link": ("full", "next_only", "none", "foreign", "without_conditions"),
        "past_end": ("empty", "repeat_last"),
        "count": tuple(dict.fromkeys(_TYPES, how) for how in ("exact", "wrong", "missing")),
        "update_filter": tuple(
            dict.fromkeys(_TYPES, how) for how in ("exact", "wide", "ignored", "naive_only", "zulu_only", "local")
        ),
        "refused_conditions": (
            _refused(),
            _refused(clients=["deletedFlag"]),
            _refused(clients=["deletedFlag"], contacts=["lastUpdated"], assets=["lastUpdated"]),
        ),
        "no_forward_only": ([], ["clients", "contacts"], list(_TYPES)),
        "forgets_conditions": (False, False, True),
        "doubled_deleted": (False, True),
        "changes_between_pages": (0, 0, 1),
    },
    faults=(
        {"what": "status", "status": 500},
        {"what": "status", "status": 502, "body": "<html>Bad Gateway</html>"},
        {"what": "status", "status": 503, "times": 3},
        {"what": "status", "status": 504},
        {"what": "status", "status": 400},
        {"what": "status", "status": 404},
        {"what": "redirect"},
        {"what": "timeout"},
        {"what": "timeout", "times": 4},
        {"what": "throttled", "seconds": 3.0},
        {"what": "throttled", "seconds": 12.0},
        {"what": "refused_key"},
        {"what": "moved"},
        {"what": "html"},
        {"what": "html", "times": 4},
        {"what": "plain"},
        {"what": "truncated"},
        {"what": "gzip", "times": None},
        {"what": "empty"},
        {"what": "reset"},
        {"what": "reset", "size": 400},
        {"what": "slow", "seconds": 2.0},
        {"what": "drip", "size": 4000, "seconds": 0.05},
        {"what": "repeated_page"},
        {"what": "no_rows"},
        {"what": "null_list"},
        {"what": "wrapped_list"},
        {"what": "wrong_types"},
        {"what": "text_ids"},
        {"what": "bad_ids"},
        {"what": "nul_bytes"},
        {"what": "odd_dates"},
        {"what": "not_objects"},
        {"what": "huge_strings"},
    ),
    page_sizes=(25, 50, 100),
    edits={
        "merge": connectwise_edits.merge,
        "move a site": connectwise_edits.move_site,
        "purge": connectwise_edits.purge_client,
    },
)
