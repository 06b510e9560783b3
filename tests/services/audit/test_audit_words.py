"""Every action that is written anywhere has a kind and words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import portal
from portal.models.accounts import Account, User
from portal.services.audit import activity, audit_log, audit_words
from portal.services.audit.audit_words import Kind

SOURCE = Path(portal.__file__).parent
WRITERS = {"record", "count", "_count"}


def written() -> Iterator[tuple[str, str]]:
    """Find the actions in calls of audit.record and audit_counts.count that are spelled out; with where they are."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in WRITERS and _is_audit(node):
                for argument in node.args:
                    yield from ((each, f"{path.name}:{node.lineno}") for each in _spelled(argument))


def _is_audit(call: ast.Call) -> bool:
    owner = getattr(getattr(call.func, "value", None), "id", None)
    return owner in {"audit_log", "audit_counts"} or isinstance(call.func, ast.Name)


def _spelled(argument: ast.expr) -> Iterator[str]:
    choices = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
    for each in choices:
        value = each.value if isinstance(each, ast.Constant) else None
        if isinstance(value, str) and value.replace(".", "").replace("_", "").isalpha() and "." in value:
            yield value


def test_each_action_in_the_source_has_words() -> None:
    found = dict(written())
    assert len(found) > 30
    missing = [f'    "{one}": Action(Kind.…, "…"),  # {at}' for one, at in found.items()
               if one not in audit_words.ACTIONS]  # fmt: skip
    assert not missing, "add to ACTIONS in services/audit/audit_words.py:\n" + "\n".join(missing)


def test_each_kind_that_people_can_choose_has_a_label_and_actions() -> None:
    assert set(audit_words.LABELS) == set(Kind) - {Kind.OTHER}
    assert {action.kind for action in audit_words.ACTIONS.values()} == set(audit_words.LABELS)


@pytest.mark.parametrize("action", audit_words.ACTIONS)
def test_words_say_what_was_done(northwind: Account, alice: User, action: str) -> None:
    audit_log.record(northwind, alice, action)
    audit_log.record(northwind, None, action)
    nobody, somebody = activity.page(northwind).rows
    assert somebody.who == "Alice"
    assert nobody.who in {"Operator", "Someone", "Scopable"}
    assert somebody.words
    assert somebody.words != action
