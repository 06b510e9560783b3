"""The rooms of the house: who may import whom, and that no room grows too large to be seen at a glance."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
PORTAL = ROOT / "portal"
GROUND = "ground floor"
CODE = sorted(path for room in ("portal", "tests", "benchmarks", "tools") for path in (ROOT / room).rglob("*.py"))
TEMPLATES = sorted(PORTAL.rglob("templates/**/*.html"))

# Room → the rooms it may import. The ground floor lies directly under portal/; all but the sandbox may use it.
DOORS = {
    GROUND: set(),
    "record_fields": set(),
    "sandbox": set(),
    "serving": set(),
    "psa": {"record_fields", "halo", "connectwise"},
    "halo": {"record_fields", "psa"},
    "connectwise": {"record_fields", "psa"},
    "models": set(),
    "sync": {"models", "psa"},
    "services": {"models", "sync", "psa", "record_fields"},
    "jobs": {"models", "services"},
    "routes": {"models", "sync", "psa", "record_fields", "services", "jobs"},
    "processes": {"models", "services"},
    "cli": {"models", "sync", "psa", "services", "jobs", "processes", "sandbox"},
}
# Library → the rooms that may import it.
LIBRARIES = {
    "flask": {"routes"},
    "flask_limiter": {"routes"},
    "flask_login": {"routes"},
    "flask_security": {"routes"},
    "flask_wtf": {"routes"},
    "wtforms": {"routes"},
    "httpx": {GROUND, "processes"},
    "peewee": {GROUND, "models", "sync", "services", "jobs", "cli", "routes"},
    "apprise": {"services"},
    "requests": {GROUND},
    "rq": {"jobs", "cli"},
    "redis": {"jobs", "cli", "processes"},
    "gunicorn": {"serving", "processes"},
    "waitress": {"serving"},
}
# File → what it may import besides.
EXCEPTIONS = {
    "__init__.py": {"flask", "routes"},  # the factory wires the web together
    "bootstrap.py": {"jobs", "services"},  # what every process does first
}
# What those who may enter the engine's room must leave alone.
ENGINE = {"portal.sync.engine", "portal.sync.lease"}


def imported(path: Path) -> set[str]:
    """Name every module that a file imports, at its top or inside a function."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def room_of(path: Path) -> str:
    parts = path.relative_to(PORTAL).parts
    return parts[0] if len(parts) > 1 else GROUND


def behind(module: str) -> str | None:
    """Name the room or the library that holds a module; None for a library that anybody may use."""
    first, *rest = module.split(".")
    if first != "portal":
        return first if first in LIBRARIES else None
    return rest[0] if rest and rest[0] in DOORS else GROUND


def is_open(path: Path, module: str) -> bool:
    room, target = room_of(path), behind(module)
    if target is None or target == room or target in EXCEPTIONS.get(str(path.relative_to(PORTAL)), set()):
        return True
    if target in LIBRARIES:
        return room in LIBRARIES[target]
    return target in DOORS[room] or (target == GROUND and room != "sandbox")


def test_every_room_is_named() -> None:
    rooms = {room_of(path) for path in PORTAL.rglob("*.py")} - {"migrations"}
    assert rooms == DOORS.keys()


def test_rooms_open_only_their_own_doors() -> None:
    closed = {
        f"portal/{path.relative_to(PORTAL)} imports {module}; if that is right, add it to DOORS or LIBRARIES"
        for path in PORTAL.rglob("*.py")
        if room_of(path) != "migrations"
        for module in imported(path)
        if not is_open(path, module)
    }
    assert not closed, "\n".join(sorted(closed))


def test_only_services_enter_the_engine() -> None:
    others = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path in PORTAL.rglob("*.py")
        if room_of(path) not in {"sync", "services"}
        for module in imported(path) & ENGINE
    }
    assert not others


def test_no_python_file_is_too_long() -> None:
    assert not {str(path.relative_to(ROOT)) for path in CODE if len(path.read_text().splitlines()) > 300}


def test_no_template_is_too_long() -> None:
    assert not {str(path.relative_to(ROOT)) for path in TEMPLATES if len(path.read_text().splitlines()) > 140}
