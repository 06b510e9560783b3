"""Faults of the simulated ConnectWise."""

from __future__ import annotations

from typing import ClassVar

from portal.sandbox import faults
from portal.sandbox.connectwise.record_types import RECORD_TYPES

# `throttled`: 429 with Retry-After as the knob says; `timeout`: 500 whose text contains "timeout"; `plain`: text
# instead of JSON, with 200; `refused_key`: 401; `moved`: 404 once, and the codebase is another from then on.
ANSWERS = frozenset({"throttled", "timeout", "plain", "refused_key", "moved"})
# Alter a list's rows: the page before instead, none, null, an object instead of the array.
LIST = frozenset({"repeated_page", "no_rows", "null_list", "wrapped_list"})
KINDS = faults.SHARED_KINDS | ANSWERS | LIST
PLACES = frozenset(
    {
        "any",
        "companyinfo",
        "info",
        "security",
        "lookup",
        "forecast",
        "callbacks",
        "callbackkey",
        "unknown",
        *RECORD_TYPES,
    }
)


class Fault(faults.Fault, frozen=True, forbid_unknown_fields=True):
    """`on` is a record type, companyinfo, info, security, lookup, forecast, callbacks, callbackkey, unknown, `any`,
    or a path pattern such as `/v4_6_release/apis/3.0/company/companies/250/sites*`.
    """

    kinds: ClassVar[frozenset[str]] = KINDS
    places: ClassVar[frozenset[str]] = PLACES
