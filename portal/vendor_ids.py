"""Client IDs that a PSA issues to the maker of an integration, one for all its customers. The operator sets them in
PORTAL_<PSA>_CLIENT_ID.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

VARIABLE: Final = re.compile(r"PORTAL_([A-Z]+)_CLIENT_ID")

_ids: Mapping[str, str] = {}


def from_env(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return pairs of a PSA's slug and its id. Raises ValueError with a message for people."""
    named = [(found[1].lower(), name) for name in sorted(environ) if (found := VARIABLE.fullmatch(name))]
    return tuple((psa, value) for psa, name in named if (value := _value(name, environ[name].strip())))


def _value(name: str, text: str) -> str:
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError(f"{name} must be the ID as it was issued, without spaces.")
    return text


def bind(ids: Mapping[str, str]) -> None:
    """Use these ids, by the PSA's slug."""
    global _ids
    _ids = ids


def of(psa: str) -> str:
    """Return the id for this PSA, empty if the operator has set none."""
    return _ids.get(psa, "")
