"""Outside its own folders, no PSA is named: what people read there takes the name from the adapter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import portal
from portal.psa.registry import NAMES

ROOT = Path(portal.__file__).parent
ROOMS = ["jobs", "models", "record_fields", "routes", "services", "sync", "templates"]
NAME = re.compile("|".join(NAMES), re.IGNORECASE)


def files(room: str) -> list[Path]:
    """List a room's files, but for the templates that belong to one PSA."""
    found = [path for kind in ("*.py", "*.html") for path in (ROOT / room).rglob(kind)]
    return [path for path in found if not set(path.relative_to(ROOT / room).parts) & NAMES.keys()]


@pytest.mark.parametrize("room", ROOMS)
def test_no_psa_is_named_in_a_shared_room(room: str) -> None:
    assert len(files(room)) > 3
    found = {str(path.relative_to(ROOT)): len(NAME.findall(path.read_text())) for path in files(room)}
    named = {path: count for path, count in found.items() if count}
    assert not named, f"take the name from the adapter (portal/psa/adapter.py), or move this: {named}"
