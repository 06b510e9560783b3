"""Who pays for requests: wrong credentials cost the account that typed them, and never the tenant's other users."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from portal import clock, guard
from portal.errors import PsaRateLimited
from portal.halo.adapter import HALO
from portal.halo.credentials import Credentials
from portal.halo.diagnosis import connection_test
from portal.models.accounts import Account
from portal.models.budgets import TenantBudget, TenantUse
from portal.models.integrations import Integration
from portal.services.connecting import connections, credential_retries, filter_choices, integrations, wizard
from portal.services.connecting.request_meter import TRIED_TOO_OFTEN, UNPROVED_QUOTA, Meter, own_policy
from portal.sync import budget
from portal.sync.budget import INTERACTIVE_RESERVE, KNOWN_QUOTA, BudgetGrant, BudgetPolicy
from portal.vault import Secret
from tests.halo_fixtures import Copy, values

TESTS = 41

FORM = HALO.connect_form


@pytest.fixture
def mallorys(database: None) -> Account:
    account: Account = Account.create(name="Other MSP", enabled_psas=["halo"])
    return account


def attempt(account: Account, copy: Copy, **typed: object) -> Integration:
    """Type the address of Northwind's Halo into another account's wizard, with a secret that is wrong."""
    draft = wizard.draft(account, "halo")
    wizard.save_connection(draft, values(copy.halo, **{"client_secret": Secret("wrong"), **typed}))
    return draft


def used(name: str) -> int:
    return sum(each.count for each in TenantUse.select().join(TenantBudget).where(TenantBudget.tenant == name))


def used_of_tenant(copy: Copy) -> int:
    return used(copy.integration.limit_key)


def used_by(account: Account) -> int:
    return used(own_policy(account.id).tenant)


def test_forty_one_wrong_tests_leave_the_tenants_budget_as_it_was(copy: Copy, mallorys: Account) -> None:
    before = used_of_tenant(copy)
    draft = attempt(mallorys, copy)
    for _ in range(TESTS):
        assert not connections.test(draft, None).ok
    assert used_of_tenant(copy) == before
    granted = budget.take(BudgetPolicy(copy.integration.limit_key), KNOWN_QUOTA).count
    assert granted == KNOWN_QUOTA - INTERACTIVE_RESERVE - before


def test_syncs_go_on_while_another_account_tests(copy: Copy, mallorys: Account) -> None:
    draft = attempt(mallorys, copy)
    for _ in range(TESTS):
        connections.test(draft, None)
    assert copy.sync()["state"] == "succeeded"


def test_an_account_that_tries_too_often_is_told_so_before_anything_is_sent(copy: Copy, mallorys: Account) -> None:
    draft = attempt(mallorys, copy)
    budget.add(own_policy(mallorys.id), UNPROVED_QUOTA)
    copy.halo.reset()
    verdict = connections.test(draft, None)
    assert (verdict.ok, verdict.problem) == (False, TRIED_TOO_OFTEN)
    assert "Test again in" in verdict.remedy
    assert copy.halo.counts()["total"] == 0


def test_a_test_costs_exactly_what_it_has_sent(copy: Copy, mallorys: Account) -> None:
    draft = attempt(mallorys, copy)
    copy.halo.reset()
    assert not connections.test(draft, None).ok
    assert used_by(mallorys) == copy.halo.counts()["total"] > 0


def test_what_follows_a_granted_token_is_the_tenants(copy: Copy, mallorys: Account) -> None:
    draft = attempt(mallorys, copy, client_secret=Secret(copy.halo.credentials().client_secret))
    before = used_of_tenant(copy)
    copy.halo.reset()
    assert connections.test(draft, None).ok
    by_kind = copy.halo.counts()["by_kind"]
    assert used_by(mallorys) == by_kind["token"] + by_kind["authinfo"] == 2
    assert used_of_tenant(copy) - before == copy.halo.counts()["total"] - 2 == HALO.reading_requests


def test_credentials_that_passed_before_are_the_tenants_from_the_first_request(copy: Copy, alice: object) -> None:
    account, before = used_by(copy.integration.account), used_of_tenant(copy)
    copy.halo.reset()
    assert connections.test(copy.integration, None).ok
    assert used_of_tenant(copy) - before == copy.halo.counts()["total"]
    assert used_by(copy.integration.account) == account


def test_a_test_that_breaks_gives_back_what_it_did_not_use(
    copy: Copy, mallorys: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = attempt(mallorys, copy)
    before = used_of_tenant(copy)

    def breaks(_credentials: object, meter: Meter) -> None:
        meter.before_call()
        meter.token_granted()
        meter.before_call()
        raise ZeroDivisionError

    monkeypatch.setattr(connection_test, "check", breaks)
    with pytest.raises(ZeroDivisionError):
        connections.test(draft, None)
    assert (used_by(mallorys), used_of_tenant(copy) - before) == (1, 1)


def test_many_returns_in_a_row_are_all_exact(copy: Copy) -> None:
    policy = BudgetPolicy("somewhere.example")
    for _ in range(30):
        budget.refund(policy, budget.take(policy, 7).count)
    assert used(policy.tenant) == 0
    held = budget.take(policy, 9).count
    for _ in range(30):
        budget.refund(policy, budget.take(policy, 1).count)
    budget.refund(policy, held)
    assert used(policy.tenant) == 0


@pytest.mark.parametrize("on", ["token", "any"])
def test_a_429_to_unproved_credentials_teaches_the_tenants_budget_nothing(
    on: str, copy: Copy, mallorys: Account
) -> None:
    draft = attempt(mallorys, copy)
    copy.halo.fault("rate_limit", on=on, times=None, seconds=600)
    verdict = connections.test(draft, None)
    assert verdict.problem == "Halo's request limit is used up."
    copy.halo.clear_faults()
    known = TenantBudget.get(TenantBudget.tenant == copy.integration.limit_key)
    assert (known.quota, known.blocked_until, known.limited_at) == (KNOWN_QUOTA, None, None)


def test_a_tenant_that_asked_to_be_left_alone_is_not_read_with_a_new_token_either(
    copy: Copy, mallorys: Account
) -> None:
    draft = attempt(mallorys, copy, client_secret=Secret(copy.halo.credentials().client_secret))
    budget.record_refusal(BudgetPolicy(copy.integration.limit_key), PsaRateLimited("No.", retry_after=90))
    copy.halo.reset()
    verdict = connections.test(draft, None)
    assert (verdict.ok, verdict.problem) == (False, "The request limit is used up.")
    assert copy.halo.counts()["total"] == 2


def test_suggestions_cost_the_account_that_asks(copy: Copy, mallorys: Account) -> None:
    before = used_of_tenant(copy)
    assert connections.discover(mallorys.id, FORM, copy.halo.url)["tenant"] == "acme"
    assert (used_by(mallorys), used_of_tenant(copy)) == (1, before)
    budget.add(own_policy(mallorys.id), UNPROVED_QUOTA)
    copy.halo.reset()
    assert connections.discover(mallorys.id, FORM, copy.halo.url)["auth_server"] == f"{copy.halo.url}/auth"
    assert copy.halo.counts()["total"] == 0


def test_a_new_secret_that_is_wrong_costs_the_account(copy: Copy) -> None:
    before = used_of_tenant(copy)
    assert not integrations.replace_secrets(copy.integration, {"client_secret": Secret("wrong")}, None).ok
    assert used_of_tenant(copy) == before
    assert used_by(copy.integration.account) > 0


def test_lists_for_filters_with_refused_credentials_cost_the_account(copy: Copy) -> None:
    copy.halo.change_tenant(client_secret="renewed")
    Integration.update(tested_fingerprint=None, state="needs_attention").execute()
    refused = Integration.get_by_id(copy.integration.id)
    before, own = used_of_tenant(copy), used_by(refused.account)
    assert filter_choices.of(refused).problem
    assert (used_of_tenant(copy), used_by(refused.account) - own) == (before, 1)


def test_the_hourly_try_of_refused_credentials_costs_the_account(copy: Copy) -> None:
    copy.halo.change_tenant(client_secret="renewed")
    Integration.update(tested_fingerprint=None, state="needs_attention", credentials_retry_at=None).execute()
    before, own = used_of_tenant(copy), used_by(copy.integration.account)
    credential_retries.try_again(copy.integration.id)
    assert (used_of_tenant(copy), used_by(copy.integration.account) - own) == (before, 1)


def test_a_test_begins_only_when_all_that_it_may_send_is_allowed(copy: Copy) -> None:
    policy = BudgetPolicy(copy.integration.limit_key)
    spent = KNOWN_QUOTA - used_of_tenant(copy) - (HALO.proving_requests + HALO.reading_requests) + 1
    budget.add(policy, spent)
    copy.halo.reset()
    verdict = connections.test(copy.integration, None)
    assert (verdict.ok, verdict.problem) == (False, "The request limit is used up.")
    assert copy.halo.counts()["total"] == 0
    budget.refund(policy, 1)
    assert connections.test(copy.integration, None).ok
    assert used_of_tenant(copy) <= KNOWN_QUOTA


def test_what_a_refused_test_had_set_aside_is_free_again(copy: Copy, mallorys: Account) -> None:
    draft = attempt(mallorys, copy, client_secret=Secret(copy.halo.credentials().client_secret))
    policy = BudgetPolicy(copy.integration.limit_key)
    budget.add(policy, KNOWN_QUOTA - used_of_tenant(copy) - HALO.reading_requests + 1)
    before = used_of_tenant(copy)
    assert not connections.test(draft, None).ok
    assert (used_of_tenant(copy), used_by(mallorys)) == (before, 2)


def test_a_limit_smaller_than_a_test_lets_it_begin_when_nothing_else_is_under_way(copy: Copy) -> None:
    policy = BudgetPolicy(copy.integration.limit_key, quota=10)
    TenantUse.delete().execute()
    assert budget.take(policy, 28, is_interactive=True, all_or_nothing=True).count == 10
    assert budget.take(policy, 28, is_interactive=True, all_or_nothing=True).count == 0


def test_the_wait_for_a_whole_reservation_is_until_all_of_it_is_free(copy: Copy) -> None:
    policy, began = BudgetPolicy("somewhere.example", quota=100), clock.now()
    with clock.using(lambda: began):
        budget.add(policy, 60)
    with clock.using(lambda: began + timedelta(minutes=2)):
        budget.add(policy, 30)
    with clock.using(lambda: began + timedelta(minutes=3)):
        assert budget.take(policy, 10, is_interactive=True, all_or_nothing=True).count == 10
        assert budget.take(policy, 70, is_interactive=True, all_or_nothing=True) == BudgetGrant(0, 4 * 60)


def test_a_test_keeps_to_the_limit_that_was_agreed_with_halo(copy: Copy) -> None:
    Integration.update(quota=50).execute()
    budget.add(BudgetPolicy(copy.integration.limit_key), 50)
    assert not connections.test(Integration.get_by_id(copy.integration.id), None).ok


class Worst:
    """Counts what one test sends at the most."""

    def __init__(self) -> None:
        self.proving = self.reading = 0
        self._has_token = False

    def before_call(self) -> None:
        if self._has_token:
            self.reading += 1
        else:
            self.proving += 1

    def token_granted(self) -> None:
        self._has_token = True


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"client_id": " x\u200b", "client_secret": "y \u200b", "tenant": "other"},
        {"client_id": " x\u200b", "client_secret": "y \u200b", "tenant": "other", "auth_server": "{}/identity"},
        {"client_id": " x\u200b", "tenant": "other", "auth_server": "http://localhost:{port}/auth/auth"},
    ],
)
def test_no_test_sends_more_than_it_sets_aside(
    copy: Copy, wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1", "localhost"}))
    right = copy.halo.credentials()
    port = copy.halo.url.rpartition(":")[2]
    filled = {name: value.format(copy.halo.url, port=port) for name, value in wrong.items()}
    typed = Credentials(copy.halo.url, f"{copy.halo.url}/auth", "acme", right.client_id, right.client_secret)
    meter = Worst()
    connection_test.check(dataclasses.replace(typed, **filled), meter)
    assert meter.proving <= HALO.proving_requests
    assert meter.reading <= HALO.reading_requests


def test_syncs_leave_enough_for_one_whole_test() -> None:
    assert HALO.proving_requests + HALO.reading_requests <= INTERACTIVE_RESERVE
