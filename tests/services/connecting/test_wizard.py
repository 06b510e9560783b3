"""The wizard's first step: what is refused, what is tested, and where a secret may go."""

from __future__ import annotations

from typing import Any

import pytest

from portal import db
from portal.errors import Conflict, Invalid, Unavailable
from portal.halo.diagnosis import connection_test
from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState
from portal.sandbox.halo import HaloSandbox
from portal.services.connecting import wizard
from portal.vault import Secret
from tests.halo_fixtures import SIZES, secret_of, values
from tests.services.helpers import connectwise, fresh


def test_an_account_that_may_not_has_no_wizard(northwind: Account) -> None:
    northwind.enabled_psas = []
    with pytest.raises(Unavailable) as refused:
        wizard.draft(northwind, "halo")
    assert refused.value.problem == "The Halo PSA integration is currently not available for your account."
    assert Integration.select().count() == 0


@pytest.mark.parametrize("state", [IntegrationState.ACTIVE, IntegrationState.NEEDS_ATTENTION])
def test_beside_an_active_connectwise_a_set_up_can_be_prepared(state: IntegrationState, northwind: Account) -> None:
    connectwise(northwind, state)
    assert wizard.draft(northwind, "halo").state == "draft"


def test_a_connectwise_of_another_account_or_of_the_past_is_no_hindrance(northwind: Account) -> None:
    connectwise(northwind, IntegrationState.DISCONNECTED)
    connectwise(Account.create(name="Other MSP"))
    assert wizard.draft(northwind, "halo").state == "draft"


def test_a_set_up_is_found_again_and_not_made_twice(draft: Integration, northwind: Account) -> None:
    assert wizard.draft(northwind, "halo") == draft == wizard.find_draft(northwind, "halo")
    assert wizard.open_steps(draft) == ["connect"]
    assert draft.record_types == list(SIZES)


def test_a_connected_halo_has_no_wizard(ready: Integration, northwind: Account) -> None:
    wizard.start(ready, None)
    with pytest.raises(Conflict, match="already connected"):
        wizard.draft(northwind, "halo")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"base_url": ""}, "base_url"),
        ({"base_url": "ftp://halo.example"}, "base_url"),
        ({"base_url": "https://user@halo.example"}, "base_url"),
        ({"auth_server": "https://"}, "auth_server"),
        ({"client_id": "   "}, "client_id"),
        ({"client_secret": None}, "client_secret"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field_and_nothing_stored(
    changed: dict[str, Any], field: str, draft: Integration, halo: HaloSandbox
) -> None:
    with pytest.raises(Invalid) as refused:
        wizard.save_connection(draft, values(halo, **changed))
    assert refused.value.field == field
    assert (fresh(draft).connection, fresh(draft).__data__["credentials"]) == ({}, None)


def test_the_secret_lies_sealed_in_the_table_from_the_first_moment(draft: Integration, halo: HaloSandbox) -> None:
    wizard.save_connection(draft, values(halo, client_secret=Secret("hush-hush")))
    rows = db.db.execute_sql("SELECT * FROM integration").fetchall()
    assert "hush-hush" not in repr(rows)
    assert fresh(draft).__data__["credentials"].startswith("v1.")
    assert secret_of(fresh(draft)) == "hush-hush"


def test_a_blank_auth_server_is_asked_of_halo(draft: Integration, halo: HaloSandbox) -> None:
    halo.turn(authinfo={"auth_url": f"{halo.url}/auth", "tenant_id": "acme"})
    wizard.save_connection(draft, values(halo, auth_server="", base_url=f" {halo.url}/api/ "))
    assert draft.connection == {**values(halo).public, "tenant": "acme"}


def test_what_was_typed_is_not_asked_of_halo(draft: Integration, halo: HaloSandbox) -> None:
    wizard.save_connection(draft, values(halo, tenant="mine"))
    assert (draft.connection["tenant"], halo.counts()["total"]) == ("mine", 0)


def test_a_kept_secret_stays_while_the_addresses_do(tested: Integration, halo: HaloSandbox) -> None:
    before = fresh(tested).__data__["credentials"]
    wizard.save_connection(tested, values(halo, client_secret=None))
    assert fresh(tested).__data__["credentials"] == before
    assert wizard.is_tested(fresh(tested))


@pytest.mark.parametrize(
    "changed",
    [
        {"base_url": "https://elsewhere.example"},
        {"auth_server": "https://elsewhere.example/auth"},
        {"tenant": "other"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_kept_secret_is_never_sent_to_another_place(
    changed: dict[str, str], tested: Integration, halo: HaloSandbox
) -> None:
    with pytest.raises(Invalid) as refused:
        wizard.save_connection(tested, values(halo, client_secret=None, **changed))
    assert (refused.value.field, refused.value.problem) == (
        "client_secret",
        "The address has changed, so enter the Client Secret again.",
    )
    assert fresh(tested).connection["base_url"] == halo.url


def test_a_passed_test_opens_the_next_step_and_names_the_agent(tested: Integration) -> None:
    assert wizard.open_steps(fresh(tested)) == ["connect", "data"]
    assert fresh(tested).agent_name == "API Sync"


@pytest.mark.parametrize("changed", [{"client_id": "other"}, {"client_secret": Secret("other")}, {"tenant": "other"}])
def test_a_test_counts_for_exactly_the_tested_values(
    changed: dict[str, Any], tested: Integration, halo: HaloSandbox
) -> None:
    wizard.save_connection(tested, values(halo, **changed))
    assert wizard.open_steps(fresh(tested)) == ["connect"]


def test_a_failed_test_closes_the_steps_again(tested: Integration, halo: HaloSandbox) -> None:
    halo.change_tenant(client_secret="new")
    verdict = wizard.test_connection(tested, None)
    assert (verdict.ok, verdict.field) == (False, "client_secret")
    assert wizard.open_steps(fresh(tested)) == ["connect"]


def test_values_that_another_tab_changed_meanwhile_are_not_tested(
    draft: Integration, halo: HaloSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    wizard.save_connection(draft, values(halo))
    check = connection_test.check

    def slow(*args: Any, **named: Any) -> Any:
        wizard.save_connection(fresh(draft), values(halo, client_id="changed in another tab"))
        return check(*args, **named)

    monkeypatch.setattr(connection_test, "check", slow)
    assert wizard.test_connection(draft, None).ok
    assert not wizard.is_tested(fresh(draft))
    assert wizard.open_steps(fresh(draft)) == ["connect"]
    assert fresh(draft).connection["client_id"] == "changed in another tab"
