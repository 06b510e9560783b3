"""The page on which people change the simulated Halo by hand."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running
from tests.sandbox.receiver import Receiver
from tests.sandbox.visitor import TLS

DESK = "/_sandbox/desk"
ROGUE = '"><script>alert(1)</script>'
BROWSER = {"Accept": "text/html,*/*"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def first_client(sandbox: HaloSandbox) -> int:
    unknown, first, *_ = sandbox.truth("clients", ids=True)["active_ids"]
    assert unknown == 1
    return int(first)


def test_the_door_leads_browsers_to_it_and_programs_nowhere(sandbox: HaloSandbox, stranger: httpx.Client) -> None:
    assert stranger.get("/", headers=BROWSER).headers["Location"] == DESK
    assert stranger.get("/").status_code == 401
    assert sandbox.counts()["by_path"] == {"/": 1}


def test_a_client_is_renamed_and_the_page_tells_how_that_was_delivered(
    sandbox: HaloSandbox, stranger: httpx.Client, receiver: Receiver
) -> None:
    stranger.post(DESK, data={"do": "add", "url": receiver.url, "user": "halo", "secret": "s"})
    number = first_client(sandbox)
    answer = stranger.post(DESK, data={"do": "rename", "id": number, "name": "Næw"}, follow_redirects=True)
    assert sandbox.record("clients", number)["row"]["name"] == "Næw"
    assert receiver.arrivals[0].json["client"]["name"] == "Næw"
    assert receiver.arrivals[0].headers["Authorization"].startswith("Basic ")
    assert 'value="Næw"' in answer.text
    assert "client updated" in answer.text
    assert "200 in " in answer.text


def test_a_client_is_deleted_once(sandbox: HaloSandbox, stranger: httpx.Client) -> None:
    form = {"do": "delete", "id": first_client(sandbox)}
    assert stranger.post(DESK, data=form).status_code == 303
    again = stranger.post(DESK, data=form)
    assert again.status_code == 400
    assert "not there any more" in again.text


def test_a_webhook_is_switched_on_again_and_removed(sandbox: HaloSandbox, stranger: httpx.Client) -> None:
    added = sandbox.add_webhook("http://127.0.0.1:1/", active=False)
    assert "switched off" in stranger.get(DESK).text
    stranger.post(DESK, data={"do": "switch_on", "id": added["id"]})
    assert sandbox.webhooks()[0]["active"] is True
    stranger.post(DESK, data={"do": "remove", "id": added["id"]})
    assert sandbox.webhooks() == []


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"do": "explode"},
        {"do": "rename", "id": "many", "name": "x"},
        {"do": "rename", "id": "12"},
        {"do": "delete", "id": "424242"},
        {"do": "remove", "id": "nobody"},
        {"do": "add", "url": "http://example.com/", "user": "", "secret": ""},
        {"do": "add", "url": ROGUE, "user": "", "secret": ""},
    ],
)
def test_nonsense_changes_nothing(sandbox: HaloSandbox, stranger: httpx.Client, form: dict[str, str]) -> None:
    before = sandbox.truth(digests=True)
    answer = stranger.post(DESK, data=form)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "<script" not in answer.text
    assert sandbox.truth(digests=True) == before
    assert sandbox.webhooks() == []


def test_what_records_and_webhooks_say_is_shown_as_text(sandbox: HaloSandbox, stranger: httpx.Client) -> None:
    sandbox.change("clients", [first_client(sandbox)], fields={"name": ROGUE})
    sandbox.add_webhook("http://127.0.0.1:1/<script>")
    sandbox.send_event([1], event="<script>")
    sandbox.flush_webhooks()
    assert "<script" not in stranger.get(DESK).text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", [DESK, "/_sandbox/webhooks", "/_sandbox/reset"])
def test_pages_of_other_sites_drive_nothing(
    sandbox: HaloSandbox, stranger: httpx.Client, receiver: Receiver, path: str, site: str
) -> None:
    form = {"do": "add", "url": receiver.url, "user": "", "secret": ""}
    assert stranger.post(path, data=form, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert sandbox.webhooks() == []


def test_each_tenant_has_its_own_desk() -> None:
    tenants = [TenantSettings(name=name, sizes={"clients": 3}) for name in ("acme", "globex")]
    with (
        running(HaloSandbox(Settings(tenants=tenants, hosted=True))) as sandbox,
        httpx.Client(base_url=sandbox.url, trust_env=False, verify=TLS) as browser,
    ):
        form = {"do": "add", "url": "http://127.0.0.1:1/", "user": "", "secret": ""}
        assert "globex" in browser.get(DESK).text
        browser.post(DESK, params={"tenant": "globex"}, data=form)
        assert (len(sandbox.webhooks()), len(sandbox.webhooks(tenant="globex"))) == (0, 1)
        assert browser.get(DESK, params={"tenant": "initech"}).status_code == 404
