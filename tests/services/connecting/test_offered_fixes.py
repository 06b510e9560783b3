"""A fix that a test has offered is applied with the stored secret; anything else asks for it again."""

from __future__ import annotations

from typing import Any

import pytest

from portal.errors import Invalid
from portal.models.integrations import Integration
from portal.sandbox.halo import HaloSandbox
from portal.services.connecting import wizard
from portal.services.connecting.connections import ConnectionValues
from tests.halo_fixtures import replaced, values


@pytest.fixture
def mistyped(draft: Integration, halo: HaloSandbox) -> ConnectionValues:
    """Have a set-up that failed with a wrong tenant, and return it as the form sends it: no secret."""
    halo.turn(strict_tenant=True)
    typed = values(halo, tenant="nobody")
    wizard.save_connection(draft, typed)
    verdict = wizard.test_connection(draft, None)
    assert verdict.fix is not None
    assert dict(verdict.fix.changes) == {"tenant": "acme"}
    return replaced(typed, client_secret=None)


def test_the_offered_fix_needs_no_secret_and_passes(draft: Integration, mistyped: ConnectionValues) -> None:
    wizard.save_connection(draft, replaced(mistyped, tenant="acme"))
    assert wizard.test_connection(draft, None).ok


@pytest.mark.parametrize(
    "other",
    [
        {"tenant": "else"},
        {"tenant": "acme", "base_url": "https://evil.example"},
        {"auth_server": "https://e.example"},
    ],
)
def test_any_other_change_asks_for_the_secret(
    draft: Integration, mistyped: ConnectionValues, other: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        wizard.save_connection(draft, replaced(mistyped, **other))
    assert refused.value.field == "client_secret"


def test_a_fix_of_values_that_have_changed_since_is_no_longer_offered(
    draft: Integration, mistyped: ConnectionValues, halo: HaloSandbox
) -> None:
    wizard.save_connection(draft, values(halo, tenant="third"))
    with pytest.raises(Invalid):
        wizard.save_connection(draft, replaced(mistyped, tenant="acme"))
