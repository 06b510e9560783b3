"""Halo in a storm."""

from __future__ import annotations

from typing import Final

from portal.sandbox import spawned
from portal.sandbox.halo.record_types import RECORD_TYPES
from tests.chaos.stormy_psa import StormyPsa
from tests.halo_fixtures import Copy, set_up

_TYPES: Final = tuple(RECORD_TYPES)
HALO: Final = StormyPsa(
    slug="halo",
    name="Halo",
    spawned=spawned,
    set_up=set_up,
    copy=Copy,
    types=_TYPES,
    without_state=frozenset({"products"}),
    page_query="page_size=1000",
    rate_limit="rate_limit",
    calm={
        "caps": {
            "clients": 15,
            "sites": 20,
            "contacts": 60,
            "products": 20,
            "assets": 40,
            "opportunities": 25,
            "contracts": 15,
        },
        "retry_after": "off",
        "token_calls": None,
        "stated_page_size": "granted",
        "stated_record_count": "total",
        "past_end": "empty",
        "flickers": [],
        "local_dates": dict.fromkeys(_TYPES, 0.0),
    },
    behaviours={
        "retry_after": ("off", "seconds", "date"),
        "token_calls": (None, 12, 30),
        "stated_page_size": ("granted", "asked", "nothing"),
        "stated_record_count": ("total", "page", "nothing"),
        "past_end": ("empty", "repeat", "repeat_last"),
        "flickers": ([], ["computed"], ["order"], ["computed", "numbers", "order", "nulls"]),
        "local_dates": ({}, dict.fromkeys(_TYPES, -5.0), dict.fromkeys(_TYPES, 5.5)),
    },
    faults=(
        {"what": "status", "status": 500},
        {"what": "status", "status": 502, "body": "<html>Bad Gateway</html>"},
        {"what": "status", "status": 503, "times": 3},
        {"what": "status", "status": 504},
        {"what": "status", "status": 400},
        {"what": "status", "status": 401},
        {"what": "status", "status": 404},
        {"what": "redirect"},
        {"what": "rate_limit", "seconds": 3.0},
        {"what": "rate_limit", "seconds": 12.0},
        {"what": "html"},
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
        {"what": "lying_count", "size": 3, "times": 2},
        {"what": "wrong_types"},
        {"what": "text_ids"},
        {"what": "bad_ids"},
        {"what": "nul_bytes"},
        {"what": "odd_dates"},
        {"what": "not_objects"},
        {"what": "huge_strings"},
    ),
    page_sizes=(7, 25, 50),
)
