"""Requests custom fields from lists that do not include them by default.

Rows of all seven lists have a key `customfields` (specification). Newer builds omit it from some lists unless
`include_custom_fields` has the ids: seen for tickets, which include opportunities, and known for clients, sites and
assets (halo-api.md section 3.5). The ids come from /FieldInfo, which is requested once per type and HaloClient, and
only after a page arrived without custom fields. Older builds ignore the parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Final

import msgspec

from portal.errors import PsaError, PsaRateLimited
from portal.halo.resources import RESOURCES
from portal.json_errors import JSON_ERRORS
from portal.outbound import Response
from portal.record_fields.values import as_id

PATH: Final = "FieldInfo"
PARAMETER: Final = "include_custom_fields"
KEY: Final = b'"customfields"'
# Keeps the URL at a safe length.
MOST_IDS: Final = 150
ATTEMPTS: Final = 2


class CustomFieldIds:
    """The query parameters for custom fields, by list. Thread-safe. `ask` fetches the custom fields of one kind."""

    def __init__(self, ask: Callable[[int], Response]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._params: dict[str, dict[str, str]] = {}

    def params(self, record_type: str) -> dict[str, str]:
        """Return the parameters for a list, as far as they are known."""
        return self._params.get(record_type, {})

    def must_be_asked_for(self, record_type: str, rows: Iterable[msgspec.Raw]) -> bool:
        """Whether rows fetched without parameters lack custom fields that the list can provide.

        Raises PsaRateLimited while the rate limit is used up.
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
                    return False  # an empty page proves nothing
                self._params[record_type] = {} if are_there else self._asking(kind)
            return bool(self._params[record_type])

    def _asking(self, kind: int) -> dict[str, str]:
        """Fetch the ids, with one retry. Other errors than PsaRateLimited are ignored: records matter more."""
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
    """Parse the ids of all fields that are not encrypted; none if the agent may not see the fields."""
    try:
        rows = msgspec.json.decode(response.body) if response.status == 200 else []
    except JSON_ERRORS:
        rows = []
    fields = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    found = (as_id(row.get("id")) for row in fields if row.get("isencrypted") is not True)
    return sorted({number for number in found if number is not None})[:MOST_IDS]
