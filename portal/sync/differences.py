"""What has changed in a record: its fields before and after. Pure."""

from __future__ import annotations

from typing import Any, Final

import msgspec

LONGEST_VALUE: Final = 500
Fields = dict[str, list[Any]]

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def between(
    before: str | bytes, after: bytes, *, before_has_more: bool = False, after_has_more: bool = False
) -> Fields:
    """Map each key that differs to its values before and after; a missing key is null, as Halo leaves nulls out.

    A detail has more keys than a row of a list. Keys that only the side with more of them has tell nothing.
    """
    try:
        old, new = _decode(before), _decode(after)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {"record": [None, "could not be compared"]}
    keys = old.keys() | new.keys()
    if before_has_more:
        keys = keys & new.keys()
    if after_has_more:
        keys = keys & old.keys()
    return {key: [_brief(old.get(key)), _brief(new.get(key))] for key in sorted(keys) if old.get(key) != new.get(key)}


def _brief(value: Any) -> Any:
    """Cut what nobody would read to its end, such as a logo."""
    written = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return value if len(written) <= LONGEST_VALUE else f"{written[:LONGEST_VALUE]}…"
