"""Faults of the simulated Halo."""

from __future__ import annotations

from typing import ClassVar

from portal.sandbox import faults
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.halo.row_faults import ROW_FAULTS

# Alter a list's counts and rows:
LIST = frozenset({"repeated_page", "lying_count", "no_rows", "null_list"})
KINDS = faults.SHARED_KINDS | LIST | frozenset({"refused_client", "rate_limit", *ROW_FAULTS})
PLACES = frozenset({"any", "token", "authinfo", "instanceinfo", "agent", "lookup", "unknown", *RECORD_TYPES})


class Fault(faults.Fault, frozen=True, forbid_unknown_fields=True):
    """`on` is a record type, token, authinfo, instanceinfo, agent, lookup, unknown, `any`, or a path pattern."""

    kinds: ClassVar[frozenset[str]] = KINDS
    places: ClassVar[frozenset[str]] = PLACES
