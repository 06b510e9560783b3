"""Two people on the Sync Filters tab: whoever saves second sees what the first one changed, and loses nothing."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models.accounts import RoleName, User
from portal.models.audit import AuditEntry
from portal.models.filters import FilterVersion
from portal.models.integrations import Integration
from portal.models.sync import SyncRun
from portal.services.connecting import filter_choices
from portal.services.syncing import filter_changes, filter_versions
from portal.sync.filters import Filters, read, write
from portal.sync.record_types import RecordType
from tests.conftest import browser
from tests.routes.test_absurd_parameters import ABSURD
from tests.routes.test_filter_history import HTMX, TAB, changed, saved, words

ALL: Final = [one.value for one in RecordType]
THEIRS: Final = Filters(active_contracts_only=True)
MINE: Final = {
    "record_types": ALL,
    "asset_types": ["130"],
    "exclude_clients": ["12"],
    "opportunities_since": "2025-06-01",
}


@pytest.fixture
def halo(halo: Integration) -> Integration:
    """Connect Halo with no filters, and no version of them yet."""
    Integration.update(filters=write(Filters())).where(Integration.id == halo.id).execute()
    return halo


@pytest.fixture
def bob(alice: User) -> User:
    made: User = User.create(
        account=alice.account, email="bob@northwind.example", name="Bob", role=RoleName.ADMIN, fs_uniquifier="Bob"
    )
    return made


def latest_on(page: str) -> str:
    found = re.findall(r'<input[^>]*name="latest"[^>]*>', page)
    (field,) = found
    value = re.search(r'value="([^"]*)"', field)
    assert value
    return value[1]


def opened(browser: FlaskClient) -> str:
    """Open the tab; returns the version that its form holds."""
    return latest_on(browser.get(TAB).text)


def mine_is_kept(page: str) -> bool:
    ticked = [
        re.search(rf'name="{name}" value="{value}" checked', page)
        for name, value in (("asset_types", 130), ("exclude_clients", 12))
    ]
    date = re.search(r'<input[^>]*name="opportunities_since"[^>]*>', page)
    return all(ticked) and date is not None and 'value="2025-06-01"' in date[0]


def theirs_is_shown(page: str) -> bool:
    field = re.search(r'<input[^>]*name="active_contracts_only"[^>]*>', page)
    return field is not None and "checked" in field[0]


def test_whoever_saves_second_is_refused_and_sees_who_was_first_and_what_differs(
    as_alice: FlaskClient, halo: Integration, bob: User
) -> None:
    latest = opened(as_alice)
    newest = changed(halo, THEIRS, bob)
    answer = as_alice.post(TAB, data={**MINE, "latest": latest})
    assert answer.status_code == 409
    assert saved(halo) == THEIRS
    assert SyncRun.select().count() == 0
    shown = words(answer.text)
    assert "Not saved: Bob changed the filters just now , after you opened this page." in shown
    assert "Active contracts only from off → to on" in shown
    assert "Active contracts only from on → to off" in shown
    assert "Excluded clients from none → to Client 12" in shown
    assert "Asset types from all → to Laptop" in shown
    assert mine_is_kept(answer.text)
    assert latest_on(answer.text) == str(newest)
    assert "Save anyway" in shown
    assert re.search(rf'<a[^>]*href="{TAB}"[^>]*>Load the saved filters</a>', answer.text)


def test_a_second_save_goes_through_knowingly(as_alice: FlaskClient, halo: Integration, bob: User) -> None:
    latest = opened(as_alice)
    changed(halo, THEIRS, bob)
    refused = as_alice.post(TAB, data={**MINE, "latest": latest}).text
    answer = as_alice.post(TAB, data={**MINE, "latest": latest_on(refused)}, follow_redirects=True)
    assert "Saved. A sync of" in answer.text
    assert "Not saved" not in answer.text
    assert saved(halo).asset_types == {130}
    assert not saved(halo).active_contracts_only
    assert latest_on(answer.text) == str(FilterVersion.select().order_by(FilterVersion.id.desc()).get().id)


def test_what_was_saved_instead_is_loaded_as_it_is(as_alice: FlaskClient, halo: Integration, bob: User) -> None:
    changed(halo, THEIRS, bob)
    as_alice.post(TAB, data={**MINE, "latest": "0"})
    page = as_alice.get(TAB).text
    assert not mine_is_kept(page)
    assert theirs_is_shown(page)


def test_a_third_change_in_between_is_refused_again(as_alice: FlaskClient, halo: Integration, bob: User) -> None:
    latest = opened(as_alice)
    changed(halo, THEIRS, bob)
    refused = as_alice.post(TAB, data={**MINE, "latest": latest}).text
    changed(halo, Filters(active_only=True))
    answer = as_alice.post(TAB, data={**MINE, "latest": latest_on(refused)})
    assert answer.status_code == 409
    assert "Operator changed the filters" in words(answer.text)
    assert saved(halo) == Filters(active_only=True)


def test_of_two_who_save_the_first_version_one_is_refused(
    app: Flask, as_alice: FlaskClient, halo: Integration, bob: User
) -> None:
    as_bob = browser(app, bob)
    latest = opened(as_alice)
    assert latest == opened(as_bob) == "0"
    assert as_bob.post(TAB, data={"record_types": ALL, "active_only": "y", "latest": latest}).status_code == 303
    assert as_alice.post(TAB, data={**MINE, "latest": latest}).status_code == 409
    assert saved(halo) == Filters(active_only=True)


def test_another_record_type_that_is_turned_off_is_not_turned_on_again(
    as_alice: FlaskClient, halo: Integration, bob: User
) -> None:
    latest = opened(as_alice)
    filter_changes.change(Integration.get_by_id(halo.id), ["clients", "assets"], Filters(), bob)
    answer = as_alice.post(TAB, data={**MINE, "latest": latest})
    assert answer.status_code == 409
    assert f"Record types from clients, assets → to {', '.join(ALL)}" in words(answer.text)
    assert Integration.get_by_id(halo.id).record_types == ["clients", "assets"]


def test_htmx_gets_the_same_page(as_alice: FlaskClient, halo: Integration, bob: User) -> None:
    latest = opened(as_alice)
    newest = changed(halo, THEIRS, bob)
    answer = as_alice.post(TAB, data={**MINE, "latest": latest}, headers={**HTMX, "HX-Request-Type": "full"})
    assert answer.status_code == 409
    assert "HX-Retarget" not in answer.headers
    assert 'id="tab"' in answer.text
    assert latest_on(answer.text) == str(newest)
    assert mine_is_kept(answer.text)


def test_what_a_second_save_would_do_is_counted_at_once(as_alice: FlaskClient, halo: Integration, bob: User) -> None:
    changed(halo, THEIRS, bob)
    page = as_alice.post(TAB, data={**MINE, "latest": "0"}).text
    assert re.search(r'id="preview"[^>]*load delay', page)


def test_a_preview_keeps_the_version_that_was_seen(as_alice: FlaskClient, halo: Integration, bob: User) -> None:
    latest = opened(as_alice)
    newest = changed(halo, THEIRS, bob)
    for seen in (latest, str(newest)):
        assert latest_on(as_alice.post(f"{TAB}/preview", data={**MINE, "latest": seen}).text) == seen
    assert 'name="latest"' not in as_alice.post(f"{TAB}/preview", data={**MINE, "latest": "0"}, headers=HTMX).text


def test_a_mistake_keeps_the_version_that_was_seen(as_alice: FlaskClient, halo: Integration, bob: User) -> None:
    latest = opened(as_alice)
    changed(halo, THEIRS, bob)
    wrong = as_alice.post(TAB, data={**MINE, "include_clients": ["12"], "latest": latest})
    assert wrong.status_code == 422
    assert as_alice.post(TAB, data={**MINE, "latest": latest_on(wrong.text)}).status_code == 409


def test_a_form_that_is_sent_again_is_not_refused(as_alice: FlaskClient, halo: Integration) -> None:
    form = {**MINE, "latest": opened(as_alice)}
    assert as_alice.post(TAB, data=form).status_code == 303
    assert as_alice.post(TAB, data=form).status_code == 303
    assert SyncRun.select().count() == 1


def test_an_absurd_version_is_one_that_nobody_has_seen(as_alice: FlaskClient, halo: Integration, bob: User) -> None:
    newest = changed(halo, THEIRS, bob)
    absurd: dict[str, Any] = {**ABSURD, "negative": "-1", "one that never was": str(newest + 1), "missing": []}
    wrong = []
    for kind, value in absurd.items():
        answer = as_alice.post(TAB, data={**MINE, "latest": value})
        is_kept = mine_is_kept(answer.text) and latest_on(answer.text) == str(newest)
        # What is no UTF-8 is refused for itself.
        if answer.status_code != 400 and not (answer.status_code == 409 and is_kept):
            wrong.append(kind)
    assert not wrong
    assert saved(halo) == THEIRS


def test_before_the_first_version_there_is_nothing_to_be_lost(as_alice: FlaskClient, halo: Integration) -> None:
    assert as_alice.post(TAB, data=MINE).status_code == 303


def test_a_change_while_the_choices_load_is_shown(
    as_alice: FlaskClient, halo: Integration, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_: Integration, of: Any = filter_choices.of) -> filter_choices.Choices:
        changed(halo, THEIRS, bob)
        choices: filter_choices.Choices = of(halo)
        return choices

    monkeypatch.setattr(filter_choices, "of", slow)
    page = as_alice.get(TAB).text
    assert theirs_is_shown(page)
    assert latest_on(page) == str(filter_versions.latest_id(halo))


def test_a_change_between_two_reads_of_the_page_is_refused_instead_of_overwritten(
    as_alice: FlaskClient, halo: Integration, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(_: Integration, latest_id: Any = filter_versions.latest_id) -> int:
        seen = int(latest_id(halo))
        changed(halo, THEIRS, bob)
        return seen

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(filter_versions, "latest_id", overtaken)
        latest = opened(as_alice)
    assert as_alice.post(TAB, data={**MINE, "latest": latest}).status_code == 409


def test_support_is_refused_for_being_support(as_sam: FlaskClient, halo: Integration, bob: User) -> None:
    changed(halo, THEIRS, bob)
    assert as_sam.post(TAB, data={**MINE, "latest": "0"}).status_code == 403


def test_others_learn_nothing_from_a_version(as_mallory: FlaskClient, halo: Integration, bob: User) -> None:
    changed(halo, THEIRS, bob)
    answer = as_mallory.post(TAB, data={**MINE, "latest": "0"})
    assert answer.status_code == 404
    assert "Bob" not in answer.text


def test_a_refused_save_is_no_entry_in_the_audit_log(as_alice: FlaskClient, halo: Integration, bob: User) -> None:
    changed(halo, THEIRS, bob)
    before = AuditEntry.select().count()
    as_alice.post(TAB, data={**MINE, "latest": "0"})
    assert AuditEntry.select().count() == before


def test_names_are_shown_as_text(as_alice: FlaskClient, halo: Integration, bob: User) -> None:
    User.update(name="<script>alert(1)</script>").where(User.id == bob.id).execute()
    changed(halo, THEIRS, User.get_by_id(bob.id))
    assert "<script>alert(1)" not in as_alice.post(TAB, data={**MINE, "latest": "0"}).text


def test_an_undo_is_told_as_one(as_alice: FlaskClient, halo: Integration, bob: User) -> None:
    latest = changed(halo, THEIRS, bob)
    filter_changes.undo(Integration.get_by_id(halo.id), bob, latest=latest)
    SyncRun.delete().execute()
    answer = as_alice.post(TAB, data={**MINE, "latest": str(latest)})
    assert "Undid a change" in words(answer.text)
    assert read(Integration.get_by_id(halo.id).filters) == Filters()
