from __future__ import annotations

import pytest

from portal.sandbox.halo import HaloSandbox
from tests.sandbox.visitor import PATHS, Visitor


def test_a_scope_opens_its_record_types_and_no_other(sandbox: HaloSandbox) -> None:
    with Visitor(sandbox, scope="read:customers read:assets") as visitor:
        opened = {name for name, (path, _) in PATHS.items() if visitor.get(path).status_code == 200}
    assert opened == {"clients", "sites", "contacts", "assets"}


def test_a_refusal_has_no_body(sandbox: HaloSandbox) -> None:
    with Visitor(sandbox, scope="read:customers") as visitor:
        answer = visitor.get("Asset")
    assert (answer.status_code, answer.content) == (403, b"")


def test_a_token_keeps_the_permissions_it_was_issued_with(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.change_tenant(scopes=["read:customers"])
    assert visitor.get("Asset").status_code == 200
    visitor.log_in()
    assert visitor.get("Asset").status_code == 403


def test_a_scope_that_the_application_lacks_is_dropped(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.change_tenant(scopes=["read:customers"])
    visitor.log_in("read:customers read:assets")
    assert visitor.get("Client").status_code == 200
    assert visitor.get("Asset").status_code == 403


@pytest.mark.parametrize("path", ["Asset", "Asset/1"])
def test_the_agents_role_counts_at_once(sandbox: HaloSandbox, visitor: Visitor, path: str) -> None:
    sandbox.change_tenant(refused=["assets"])
    assert visitor.get(path).status_code == 403
    assert visitor.get("Client").status_code == 200


def test_rows_that_the_agent_may_not_see_are_just_not_there(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.change_tenant(unseen=["assets"])
    assert visitor.get("Asset").json() == {"record_count": 0, "assets": []}
    assert visitor.get("Asset/1").status_code == 404
