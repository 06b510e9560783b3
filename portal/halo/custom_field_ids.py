"""Asks lists for custom fields where they do not come by themselves.

All seven lists have a key `customfields` (specification), and where a row carries it there is nothing to ask for.
Newer builds leave it out of some lists unless `include_custom_fields` names the ids: seen for tickets, of which
opportunities are some, and known for clients, sites and assets (halo-api.md section 3.5). The ids come from
/FieldInfo, once per type and client, and only after a page has come without; an older build ignores the parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Final

import msgspec

from portal.errors import PsaError, PsaRateLimited
from portal.halo.records import as_id
from portal.halo.resources import RESOURCES
from portal.json_errors import JSON_ERRORS
from portal.outbound import Response

PATH: Final = "FieldInfo"
PARAMETER: Final = "include_custom_fields"
KEY: Final = b'"customfields"'
# What an address holds without trouble.
MOST: Final = 150
ATTEMPTS: Final = 2


class CustomFieldIds:
    """What to ask each list for; used by several threads. `ask` reads the custom fields of a kind."""

    def __init__(self, ask: Callable[[int], Response]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._params: dict[str, dict[str, str]] = {}

    def params(self, record_type: str) -> dict[str, str]:
        """Return what to ask a list for, as far as it is known."""
        return self._params.get(record_type, {})

    def must_be_asked_for(self, record_type: str, rows: Iterable[msgspec.Raw]) -> bool:
        """Tell of rows that came without asking whether they lack custom fields that the list can be asked for.

        Raises PsaRateLimited while Halo cannot be asked.
        """
        kind = RESOURCES[record_type].field_kind
        if kind is None:
            return False
        with self._lock:
            if record_type not in self._params:
                came, are_there = False, False
                for row in rows:
                    came, are_there = True, KEY in bytes(row)
                    if are_there:
                        break
                if not came:
                    return False  # an empty page tells nothing
                self._params[record_type] = {} if are_there else self._asking(kind)
            return bool(self._params[record_type])

    def _asking(self, kind: int) -> dict[str, str]:
        """Ask, once more if need be. Records are worth reading without custom fields, so no other error is raised."""
        for _ in range(ATTEMPTS):
            try:
                ids = _ids(self._ask(kind))
            except PsaRateLimited:
                raise
            except PsaError:
                continue
            return {PARAMETER: ",".join(map(str, ids))} if ids else {}
        return {}


def _ids(response: Response) -> list[int]:
    """Read a list of fields, but for encrypted ones; there are none in a refusal: the agent may not see them."""
    try:
        rows = msgspec.json.decode(response.body) if response.status == 200 else []
    except JSON_ERRORS:
        rows = []
    fields = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    found = (as_id(row.get("id")) for row in fields if row.get("isencrypted") is not True)
    return sorted({number for number in found if number is not None})[:MOST]
