"""The Activity page."""

from __future__ import annotations

from flask.testing import FlaskClient

from portal.models.accounts import Account, User
from portal.services import audit, users

PAGE = "/activity"


def test_deeds_are_listed_newest_first_with_who_and_what(
    as_sam: FlaskClient, northwind: Account, alice: User
) -> None:
    audit.record(northwind, None, "halo.enabled")
    audit.record(northwind, alice, "halo.data_changed", "clients, sites; all clients")
    page = as_sam.get(PAGE).text
    assert page.index("changed what to sync:") < page.index("turned Halo PSA on")
    assert "Alice" in page
    assert "Operator" in page
    assert "clients, sites; all clients" in page


def test_a_deed_without_words_of_its_own_is_still_shown(as_alice: FlaskClient, northwind: Account) -> None:
    audit.record(northwind, None, "moon.landed")
    assert "moon.landed" in as_alice.get(PAGE).text


def test_before_the_first_deed_the_page_says_what_will_be_here(as_alice: FlaskClient) -> None:
    assert "Nothing yet" in as_alice.get(PAGE).text


def test_paging_back_misses_and_repeats_nothing(as_alice: FlaskClient, northwind: Account) -> None:
    for number in range(120):
        audit.record(northwind, None, "account.created", f"deed-{number:03}")
    seen: list[str] = []
    address = PAGE
    while address:
        page = as_alice.get(address).text
        seen += [part[:3] for part in page.split("deed-")[1:] if part[:3].isdigit()]
        address = page.partition(f'href="{PAGE}?before=')[2].partition('"')[0]
        address = f"{PAGE}?before={address}" if address else ""
    assert seen == [f"{number:03}" for number in reversed(range(120))]


def test_deeds_of_another_account_stay_there(as_mallory: FlaskClient, northwind: Account, alice: User) -> None:
    audit.record(northwind, alice, "halo.data_changed", "clients")
    assert "changed what to sync" not in as_mallory.get(PAGE).text


def test_a_made_up_position_shows_the_newest(as_alice: FlaskClient, northwind: Account) -> None:
    audit.record(northwind, None, "halo.enabled")
    for before in ("abc", "-1", "0", "9" * 30):
        assert "turned Halo PSA on" in as_alice.get(f"{PAGE}?before={before}").text


def test_what_a_removed_person_did_is_shown_under_their_address(
    as_alice: FlaskClient, northwind: Account, sam: User
) -> None:
    audit.record(northwind, sam, "halo.paused")
    users.remove(sam)
    page = as_alice.get("/activity").text
    assert f"{sam.email} (removed)" in page
    assert "Operator" in page
