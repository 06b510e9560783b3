"""Outside its own folders, no PSA is named: what people read there takes the name from the adapter."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

import portal
from portal.psa.registry import NAMES

ROOT = Path(portal.__file__).parent
GROUND: Final = "."
ROOMS: Final = [
    *(GROUND, "cli", "jobs", "models", "processes", "psa", "record_fields", "routes", "services", "serving"),
    *("static/css", "static/js", "sync", "templates"),
]
KINDS: Final = ("*.py", "*.html", "*.css", "*.js")
NAME = re.compile("|".join(NAMES), re.IGNORECASE)
# File → why it names PSAs.
EXCEPTIONS: Final = {
    "psa/registry.py": "has a line for each PSA",
    "processes/demo_sandboxes.py": "knows what to enter for each simulated PSA",
    "processes/demo_accounts.py": "keeps the ports of the simulated PSAs",
}


def files(room: str) -> list[Path]:
    """List a room's files, but for the templates that belong to one PSA."""
    search = Path.glob if room == GROUND else Path.rglob
    found = [path for kind in KINDS for path in search(ROOT / room, kind)]
    return [path for path in found if not set(path.relative_to(ROOT / room).parts) & NAMES.keys()]


@pytest.mark.parametrize("room", ROOMS)
def test_no_psa_is_named_in_a_shared_room(room: str) -> None:
    assert len(files(room)) > 3
    found = {str(path.relative_to(ROOT)): len(NAME.findall(path.read_text())) for path in files(room)}
    named = {path: count for path, count in found.items() if count and path not in EXCEPTIONS}
    assert not named, f"take the name from the adapter (portal/psa/adapter.py), or move this: {named}"


def test_every_room_but_those_of_the_psas_is_looked_at() -> None:
    rooms = {path.parent.relative_to(ROOT).parts[0] for path in ROOT.rglob("*.py") if path.parent != ROOT}
    assert rooms - {room.split("/")[0] for room in ROOMS} == NAMES.keys() | {"sandbox", "migrations"}


@pytest.mark.parametrize("path", EXCEPTIONS)
def test_every_exception_is_still_one(path: str) -> None:
    assert NAME.search((ROOT / path).read_text()), f"take {path} out of EXCEPTIONS"
