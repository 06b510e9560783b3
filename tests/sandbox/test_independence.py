from __future__ import annotations

import ast
from pathlib import Path

import pytest

import portal.sandbox

ROOT = Path(portal.sandbox.__file__).parent


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_sandbox_imports_nothing_else_of_the_portal(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert not {name for name in modules if name.split(".")[0] == "portal" and not name.startswith("portal.sandbox")}
