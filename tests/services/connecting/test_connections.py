"""Testing a connection: what is kept of a test, and where a stored secret never goes."""

from __future__ import annotations

import pytest

from portal.errors import Invalid, PsaRateLimited
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.psa.diagnosis import Access
from portal.psa.registry import adapter_of
from portal.sandbox.halo import HaloSandbox
from portal.services.connecting import connections, wizard
from portal.sync import budget
from portal.sync.budget import BudgetPolicy
from portal.vault import Secret
from tests.halo_fixtures import SIZES, replaced, set_up, values
from tests.servers import answering, listening
from tests.services.helpers import fresh

LOGIN_PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>Log in</html>"


def test_nothing_is_known_before_the_first_test(draft: Integration) -> None:
    assert connections.lists_of(draft) == {}
    assert connections.advice_of(draft) == []


def test_a_test_keeps_what_each_list_has_shown(draft: Integration, halo: HaloSandbox) -> None:
    halo.change_tenant(refused=["assets"])
    wizard.save_connection(draft, values(halo))
    verdict = connections.test(draft, None)
    for integration in (draft, fresh(draft)):
        lists = connections.lists_of(integration)
        assert lists == verdict.lists
        assert lists["assets"].access == Access.REFUSED
        assert {each: look.total for each, look in lists.items() if each != "assets"} == {
            each: size for each, size in SIZES.items() if each != "assets"
        }


def test_a_test_keeps_its_advice(draft: Integration, halo: HaloSandbox) -> None:
    halo.turn(profile={"isapiagent": False})
    wizard.save_connection(draft, values(halo))
    advice = connections.test(draft, None).advice
    assert connections.advice_of(fresh(draft)) == list(advice)
    assert "uses a license" in advice[0].problem


def test_a_test_that_fails_forgets_what_an_earlier_one_has_shown(tested: Integration, halo: HaloSandbox) -> None:
    halo.change_tenant(client_secret="renewed")
    verdict = connections.test(tested, None)
    assert (verdict.ok, verdict.agent, verdict.field) == (False, "", "client_secret")
    assert connections.lists_of(fresh(tested)) == {}
    assert not connections.is_tested(fresh(tested))


def test_a_fix_leads_to_a_connection_that_works(draft: Integration, halo: HaloSandbox) -> None:
    halo.turn(strict_tenant=True)
    typed = values(halo, tenant="wrong")
    wizard.save_connection(draft, typed)
    fix = connections.test(draft, None).fix
    assert fix is not None
    wizard.save_connection(draft, replaced(typed, tenant=fix.changes["tenant"]))
    assert connections.test(draft, None).ok


@pytest.mark.parametrize("field", ["base_url", "auth_server"])
def test_a_stored_secret_is_never_sent_to_a_new_address(field: str, tested: Integration, halo: HaloSandbox) -> None:
    with listening(answering(LOGIN_PAGE)) as elsewhere:
        with pytest.raises(Invalid) as refused:
            wizard.save_connection(tested, values(halo, **{field: elsewhere.url, "client_secret": None}))
        assert refused.value.field == "client_secret"
        assert connections.test(fresh(tested), None).ok
        assert elsewhere.connections == 0


def test_a_secret_that_was_typed_again_goes_to_the_new_address(tested: Integration, halo: HaloSandbox) -> None:
    with listening(answering(LOGIN_PAGE)) as elsewhere:
        again = values(halo, base_url=elsewhere.url, auth_server=elsewhere.url, client_secret=Secret("for elsewhere"))
        wizard.save_connection(tested, again)
        assert connections.test(tested, None).field == "base_url"
        assert elsewhere.connections > 0


def test_what_is_pasted_is_understood_with_notes() -> None:
    understood = adapter_of("halo").connect_form.parse_address("acme.halopsa.com/tickets?area=1")
    assert understood.address == "https://acme.halopsa.com"
    assert understood.notes == ("https:// was added", "the path after the address was removed")


def test_a_test_takes_from_what_the_budget_keeps_for_people(northwind: Account, halo: HaloSandbox) -> None:
    draft = set_up(northwind, halo)
    policy = BudgetPolicy(draft.limit_key)
    assert budget.take(policy, 10_000).count > 0
    assert budget.take(policy, 1).count == 0
    assert connections.test(draft, None).ok


def test_a_halo_that_asked_to_be_left_alone_is_left_alone(northwind: Account, halo: HaloSandbox) -> None:
    draft = set_up(northwind, halo)
    budget.record_refusal(BudgetPolicy(draft.limit_key), PsaRateLimited("No.", retry_after=90))
    halo.reset()
    verdict = connections.test(draft, None)
    assert (verdict.ok, verdict.field, verdict.problem) == (False, None, "The request limit is used up.")
    assert verdict.remedy.startswith("Your values aren't the cause. Test again in")
    assert halo.counts()["total"] == 0
