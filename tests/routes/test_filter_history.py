"""The preview and the history on the Sync Filters tab, and the ways back."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from portal.models.accounts import User
from portal.models.filters import FilterVersion
from portal.models.integrations import Integration
from portal.models.sync import SyncRun
from portal.services.syncing import filter_changes, filter_previews
from portal.sync import what_if
from portal.sync.filters import Filters, read, write
from portal.sync.record_types import RecordType
from tests.copies import copied

TAB = "/integrations/halo/filters"
ALL = [one.value for one in RecordType]
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def store_clients(halo: Integration) -> None:
    """Store three active clients and two inactive ones, each with an asset."""
    for each in range(1, 6):
        inactive = "true" if each > 3 else "false"
        copied(halo, [each], of="clients", payload=f'{{"id":{each},"inactive":{inactive}}}')
        copied(halo, [each], of="assets", client_remote_id=each)


def changed(halo: Integration, filters: Filters, user: User | None = None) -> int:
    """Change the filters; returns the version."""
    filter_changes.change(Integration.get_by_id(halo.id), ALL, filters, user)
    return int(FilterVersion.select().order_by(FilterVersion.id.desc()).get().id)


def saved(halo: Integration) -> Filters:
    return read(Integration.get_by_id(halo.id).filters)


def in_use(halo: Integration, filters: Filters) -> None:
    Integration.update(filters=write(filters)).where(Integration.id == halo.id).execute()


def test_a_change_is_previewed_before_it_is_saved(as_alice: FlaskClient, halo: Integration) -> None:
    in_use(halo, Filters())
    store_clients(halo)
    answer = as_alice.post(f"{TAB}/preview", data={"record_types": ALL, "active_only": "y"}, headers=HTMX)
    assert "<html" not in answer.text
    shown = words(answer.text)
    assert "4 records leave and 0 come back." in shown
    assert "Clients 2 leave" in shown
    assert "Assets 2 leave" in shown
    assert "PC-0004 4 · The client is inactive." in shown
    assert "Your sync filters exclude its client: the client is inactive." in shown
    assert "about 7 requests" in shown
    assert saved(halo) == Filters()
    assert SyncRun.select().count() == 0


def test_without_javascript_the_page_shows_the_preview_and_keeps_what_was_typed(
    as_alice: FlaskClient, halo: Integration
) -> None:
    in_use(halo, Filters())
    store_clients(halo)
    page = as_alice.post(f"{TAB}/preview", data={"record_types": ALL, "active_only": "y"})
    assert "<html" in page.text
    assert "4 records leave" in words(page.text)
    assert re.search(r'checked[^>]*name="active_only"|name="active_only"[^>]*checked', page.text)
    assert f'formaction="{TAB}/preview"' in page.text


def test_a_large_copy_is_counted_while_the_page_asks_again(
    as_alice: FlaskClient, halo: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_use(halo, Filters())
    store_clients(halo)
    monkeypatch.setattr(what_if, "BATCH", 2)
    monkeypatch.setattr(filter_previews, "SLICE_SECONDS", 0)
    typed = {"record_types": ALL, "active_only": "y"}
    first = as_alice.post(f"{TAB}/preview", data=typed, headers=HTMX).text
    assert "Counting: 2 of 10 stored records so far." in words(first)
    assert "load delay:100ms" in first
    for _ in range(20):
        last = as_alice.post(f"{TAB}/preview", data=typed, headers=HTMX).text
        if "load delay" not in last:
            break
    assert "4 records leave" in words(last)


def test_the_filters_in_use_change_nothing(as_alice: FlaskClient, halo: Integration) -> None:
    in_use(halo, Filters())
    answer = as_alice.post(f"{TAB}/preview", data={"record_types": ALL}, headers=HTMX)
    assert "nothing changes" in words(answer.text)


def test_what_cannot_be_saved_is_explained_in_the_preview(as_alice: FlaskClient, halo: Integration) -> None:
    typed = {"record_types": ALL, "include_clients": ["5"], "exclude_clients": ["5"]}
    answer = as_alice.post(f"{TAB}/preview", data=typed, headers=HTMX)
    assert "A client is both included and excluded. Choose one or the other." in words(answer.text)
    assert as_alice.post(f"{TAB}/preview", data=typed).status_code == 422


def test_the_history_says_who_changed_what(as_alice: FlaskClient, halo: Integration, alice: User) -> None:
    assert "Nobody has changed the filters yet." in as_alice.get(TAB).text
    in_use(halo, Filters())
    changed(halo, Filters(active_contracts_only=True), alice)
    shown = words(as_alice.get(TAB).text)
    assert "Alice Active contracts only from off → to on In use" in shown
    assert "In use before the history began Go back to these" in shown


def test_undo_shows_what_it_does_and_does_it(as_alice: FlaskClient, halo: Integration, alice: User) -> None:
    in_use(halo, Filters())
    store_clients(halo)
    version = changed(halo, Filters(active_only=True), alice)
    page = as_alice.get(f"{TAB}/undo").text
    assert "Active clients only from on → to off" in words(page)
    address = re.search(r'hx-post="([^"]*preview)"', page)
    assert address
    preview = as_alice.post(address[1], headers=HTMX).text
    assert "No stored record leaves or comes back." in words(preview)  # the sync has not applied the change yet
    answer = as_alice.post(f"{TAB}/undo", data={"latest": version}, follow_redirects=True)
    assert "Undid a change" in words(answer.text)
    assert saved(halo) == Filters()
    assert SyncRun.select().count() == 1


def test_an_undo_of_what_somebody_has_changed_since_is_refused(
    as_alice: FlaskClient, halo: Integration, alice: User
) -> None:
    in_use(halo, Filters())
    seen = changed(halo, Filters(active_only=True), alice)
    changed(halo, Filters(active_contracts_only=True))
    answer = as_alice.post(f"{TAB}/undo", data={"latest": seen})
    assert answer.status_code == 409
    assert "The filters have changed since you opened this page." in answer.text
    assert as_alice.post(f"{TAB}/undo").status_code == 409
    assert saved(halo) == Filters(active_contracts_only=True)


def test_one_goes_back_to_a_version_of_the_history(as_alice: FlaskClient, halo: Integration, alice: User) -> None:
    in_use(halo, Filters())
    changed(halo, Filters(active_only=True), alice)
    latest = changed(halo, Filters(active_contracts_only=True), alice)
    first = FilterVersion.select().order_by(FilterVersion.id).first().id
    assert "Active contracts only from on → to off" in words(as_alice.get(f"{TAB}/history/{first}").text)
    page = as_alice.post(f"{TAB}/history/{first}", data={"latest": latest}, follow_redirects=True)
    assert "Went back to earlier filters" in words(page.text)
    assert saved(halo) == Filters()
    assert "in use already" in words(as_alice.get(f"{TAB}/history/{first}").text)


def test_support_reads_the_history_and_changes_nothing(as_sam: FlaskClient, halo: Integration, alice: User) -> None:
    in_use(halo, Filters())
    version = changed(halo, Filters(active_only=True), alice)
    page = as_sam.get(TAB).text
    assert "Alice Active clients only from off → to on" in words(page)
    assert "Go back to these" not in page
    assert 'id="undo"' not in page
    assert 'id="preview"' not in page
    assert 'id="go-back"' not in as_sam.get(f"{TAB}/undo").text
    for address in ("preview", "undo", f"history/{version - 1}", f"history/{version - 1}/preview"):
        assert as_sam.post(f"{TAB}/{address}", data={"latest": version, "record_types": ALL}).status_code == 403
    assert saved(halo) == Filters(active_only=True)


def test_versions_of_another_account_are_not_found(
    as_mallory: FlaskClient, halo: Integration, mallory: User, alice: User
) -> None:
    version = changed(halo, Filters(), alice)
    Integration.create(account=mallory.account, psa="halo", state="active")
    assert as_mallory.get(f"{TAB}/history/{version}").status_code == 404
    assert as_mallory.post(f"{TAB}/history/{version}", data={"latest": version}).status_code == 404
    assert as_mallory.post(f"{TAB}/history/{version}/preview").status_code == 404
    assert "Alice" not in as_mallory.get(TAB).text
