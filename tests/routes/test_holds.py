"""The decision about held deletes, in the pages."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.held_deletes import HeldDelete, HeldDeleteState
from portal.models.integrations import Integration
from portal.models.sync import RunState
from tests.copies import copied, held, states
from tests.routes.conftest import make_run

TAB = "/integrations/halo/sync"


@pytest.fixture
def hold(halo: Integration) -> HeldDelete:
    copied(halo, range(1, 601))
    return held(halo, range(1, 301))


def page_of(hold: HeldDelete) -> str:
    return f"/integrations/halo/held/{hold.id}"


@pytest.mark.parametrize("verb", ["delete", "keep"])
def test_support_may_not_decide(as_sam: FlaskClient, hold: HeldDelete, verb: str) -> None:
    assert as_sam.post(f"{page_of(hold)}/{verb}").status_code == 403
    assert HeldDelete.get().state == HeldDeleteState.PENDING


@pytest.mark.parametrize("verb", ["delete", "keep"])
def test_an_admin_elsewhere_finds_nothing_even_with_a_halo_of_their_own(
    as_mallory: FlaskClient, mallory: User, hold: HeldDelete, verb: str
) -> None:
    Integration.create(account=mallory.account, psa="halo", state="active")
    assert as_mallory.get(page_of(hold)).status_code == 404
    assert as_mallory.post(f"{page_of(hold)}/{verb}").status_code == 404
    assert set(states().values()) == {"live"}


@pytest.mark.parametrize("verb", ["delete", "keep"])
def test_without_the_token_of_our_pages_nothing_is_decided(
    as_alice: FlaskClient, hold: HeldDelete, verb: str
) -> None:
    del as_alice.environ_base["HTTP_X_CSRFTOKEN"]
    assert as_alice.post(f"{page_of(hold)}/{verb}").status_code == 400
    assert HeldDelete.get().state == HeldDeleteState.PENDING


def test_the_second_admin_is_told_who_was_first(as_alice: FlaskClient, hold: HeldDelete) -> None:
    assert as_alice.post(f"{page_of(hold)}/keep").status_code == 303
    second = as_alice.post(f"{page_of(hold)}/delete")
    assert second.status_code == 409
    assert "Alice already decided to keep them." in second.text
    assert set(states().values()) == {"live"}


def test_asking_before_deleting_changes_nothing(as_alice: FlaskClient, hold: HeldDelete) -> None:
    assert "Delete 300 assets here too?" in as_alice.get(f"{page_of(hold)}/delete").text
    assert HeldDelete.get().state == HeldDeleteState.PENDING


def test_the_tab_names_the_cause_and_offers_both_ways(as_alice: FlaskClient, hold: HeldDelete) -> None:
    page = as_alice.get(TAB).text
    assert "Halo no longer lists 300 assets. Scopable kept them." in page
    assert "That's 50% of the 600 assets in Scopable" in page
    assert hold.cause in page
    assert hold.advice in page
    assert "Keep them" in page
    assert f'href="{page_of(hold)}/delete"' in page
    assert f'<dialog id="delete-{hold.id}"' in page


def test_support_sees_the_card_and_no_buttons(as_sam: FlaskClient, hold: HeldDelete) -> None:
    for address in (TAB, page_of(hold)):
        page = as_sam.get(address).text
        assert "Scopable kept them." in page
        assert "Keep them" not in page
        assert "<dialog" not in page


def test_deleting_ends_the_question_and_the_card(as_alice: FlaskClient, hold: HeldDelete) -> None:
    page = as_alice.post(f"{page_of(hold)}/delete", follow_redirects=True)
    assert page.request.path == TAB
    assert "Deleted 300 assets here too." in page.text
    assert "Scopable kept them." not in page.text
    assert list(states().values()).count("deleted") == 300
    assert AuditEntry.select().where(AuditEntry.action == "hold.deleted").count() == 1
    assert "deleted records that are no longer listed" in as_alice.get("/activity").text


def test_the_list_names_every_record_and_pages_to_its_end(as_sam: FlaskClient, hold: HeldDelete) -> None:
    first = as_sam.get(page_of(hold)).text
    assert "PC-0001" in first
    assert "Page 1 of 3" in first
    assert 'id="previous"' not in first
    last = as_sam.get(page_of(hold), query_string={"page": 3}).text
    assert "PC-0300" in last
    assert 'id="next"' not in last


@pytest.mark.parametrize("page", ["0", "-1", "999999", "x", "9" * 40])
def test_a_page_that_there_is_not_is_no_error(as_sam: FlaskClient, hold: HeldDelete, page: str) -> None:
    assert as_sam.get(page_of(hold), query_string={"page": page}).status_code == 200


def test_a_settled_hold_says_who_settled_it(as_alice: FlaskClient, hold: HeldDelete) -> None:
    as_alice.post(f"{page_of(hold)}/keep")
    page = as_alice.get(page_of(hold)).text
    assert "by Alice" in page
    assert "Keep them" not in page


def test_a_number_beyond_all_columns_is_not_found(as_alice: FlaskClient, halo: Integration) -> None:
    assert as_alice.get(f"/integrations/halo/held/{10**30}").status_code == 404


def test_names_and_causes_are_shown_as_text(as_alice: FlaskClient, halo: Integration) -> None:
    copied(halo, [1], name="<script>alert(1)</script>", client_name="<img src=x>")
    hold = held(halo, [1])
    HeldDelete.update(cause="<b>cause</b>", advice="<i>advice</i>").execute()
    page = as_alice.get(page_of(hold)).text
    for markup in ("<script>alert", "<img", "<b>cause", "<i>advice"):
        assert markup not in page


def test_a_hold_that_appears_changes_the_stamp(as_alice: FlaskClient, halo: Integration) -> None:
    make_run(halo, RunState.RUNNING)
    stamp = as_alice.get(TAB).text.partition("stamp=")[2][:16]
    htmx = {"HX-Request": "true", "HX-Request-Type": "partial"}
    poll = f"{TAB}/progress?stamp={stamp}"
    assert as_alice.get(poll, headers=htmx).status_code == 204
    held(halo, [1, 2])
    assert "Scopable kept them." in as_alice.get(poll, headers=htmx).text
