"""The rooms of the house: who may import whom, and that no room grows too large to be seen at a glance."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PORTAL = ROOT / "portal"
CODE = sorted(path for room in ("portal", "tests", "benchmarks", "tools") for path in (ROOT / room).rglob("*.py"))
TEMPLATES = sorted(PORTAL.rglob("templates/**/*.html"))

# Room → what nobody in it may import. What is not named is allowed.
WEB = {"flask", "flask_security", "flask_wtf", "flask_limiter", "htmx_flask", "portal.routes"}
QUEUE = {"rq", "redis", "portal.jobs"}
TOP = {"portal.cli", "portal.processes", "portal.routes", "portal.bootstrap"}
FORBIDDEN = {
    "models": TOP | QUEUE | {"flask", "httpx", "portal.services", "portal.sync", "portal.halo"},
    "sync": TOP | QUEUE | WEB | {"httpx", "portal.services", "portal.halo"},
    "halo": TOP | QUEUE | WEB | {"httpx", "peewee", "portal.services", "portal.sync", "portal.models", "portal.db"},
    "services": TOP | QUEUE | WEB | {"httpx"},
    "jobs": TOP | WEB | {"httpx", "portal.halo", "portal.sync"},
    "routes": {"portal.cli", "portal.processes", "portal.sync.engine", "portal.sync.lease", "rq", "redis", "httpx"},
    "cli": {"flask", "portal.routes", "httpx", "portal.sync.engine", "portal.sync.lease"},
    "processes": {"portal.routes", "portal.cli"},
    "serving": TOP
    | QUEUE
    | WEB
    | {"httpx", "peewee", "portal.services", "portal.models", "portal.db", "portal.halo"},
    "sandbox": {"peewee", "flask", *(f"portal.{path.stem}" for path in PORTAL.iterdir() if path.stem != "sandbox")},
}


def imported(path: Path) -> set[str]:
    """Name every module that a file imports, at its top or inside a function."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_opens_only_its_own_doors(room: str) -> None:
    walls = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (PORTAL / room).rglob("*.py")
        for name in imported(path)
        for wall in FORBIDDEN[room]
        if name == wall or name.startswith(f"{wall}.")
    }
    assert not walls


def test_no_python_file_is_too_long() -> None:
    assert not {str(path.relative_to(ROOT)) for path in CODE if len(path.read_text().splitlines()) > 300}


def test_no_template_is_too_long() -> None:
    assert not {str(path.relative_to(ROOT)) for path in TEMPLATES if len(path.read_text().splitlines()) > 140}
