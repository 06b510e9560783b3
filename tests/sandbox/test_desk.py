"""The desk: the pages on which people run the simulated Halo by hand."""

from __future__ import annotations

import httpx
import pytest

from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running
from tests.sandbox.desk import DESK, Desk
from tests.sandbox.receiver import Receiver

ROGUE = '"><script>alert(1)</script>'
BROWSER = {"Accept": "text/html,*/*"}
PAGES = (
    *("", "/records", "/records/contacts", "/records/contacts/new", "/records/clients/1", "/behavior", "/faults"),
    *("/webhooks", "/requests"),
)


def test_the_root_redirects_browsers_but_not_programs(sandbox: HaloSandbox, stranger: httpx.Client) -> None:
    assert stranger.get("/", headers=BROWSER).headers["Location"] == DESK
    assert stranger.get("/").status_code == 401
    assert sandbox.counts()["by_path"] == {"/": 1}


@pytest.mark.parametrize("where", PAGES)
def test_every_page_opens_and_leaves_no_trace_in_the_journal(sandbox: HaloSandbox, desk: Desk, where: str) -> None:
    assert "Simulated Halo" in desk.see(where)
    assert sandbox.counts()["total"] == 0


@pytest.mark.parametrize("where", PAGES)
def test_pages_have_no_script_or_style_of_their_own(stranger: httpx.Client, where: str) -> None:
    answer = stranger.get(f"{DESK}{where}")
    assert "style=" not in answer.text
    assert "onclick" not in answer.text
    assert answer.text.count("<script") == answer.text.count('<script src="/_sandbox/desk/static/desk.js?')
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(("name", "kind"), [("desk.css", "text/css"), ("desk.js", "text/javascript")])
def test_its_style_and_script_may_be_kept(stranger: httpx.Client, name: str, kind: str) -> None:
    answer = stranger.get(f"{DESK}/static/{name}")
    assert answer.headers["Content-Type"].startswith(kind)
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "where",
    [
        *("/nothing", "/records/tickets", "/records/clients/424242", "/records/clients/many", "/records/clients/-1"),
        *("/records/clients/1/more", "/faults/1", "/behavior/x", "/webhooks/x", "/requests/x"),
        *("/static/", "/static/../desk_request.py", "/static/%2e%2e/desk_request.py"),
    ],
)
def test_other_pages_are_not_there(stranger: httpx.Client, where: str) -> None:
    assert stranger.get(f"{DESK}{where}").status_code == 404


def test_a_page_is_only_read_and_posted_to(stranger: httpx.Client) -> None:
    assert stranger.delete(DESK).status_code == 405


@pytest.mark.parametrize("form", [{}, {"do": "explode"}, {"do": ROGUE}])
@pytest.mark.parametrize("where", PAGES)
def test_an_unknown_form_changes_nothing(
    sandbox: HaloSandbox, stranger: httpx.Client, where: str, form: dict[str, str]
) -> None:
    before = sandbox.truth(digests=True)
    answer = stranger.post(f"{DESK}{where}", data=form)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "alert(1)" not in answer.text
    assert sandbox.truth(digests=True) == before


def test_what_records_webhooks_and_callers_say_is_shown_as_text(
    sandbox: HaloSandbox, stranger: httpx.Client, desk: Desk
) -> None:
    sandbox.change("clients", [1], fields={"name": ROGUE, "ref": ROGUE})
    sandbox.add_webhook("http://127.0.0.1:1/<script>alert(1)</script>")
    sandbox.send_event([1], event=ROGUE, fields={"a": ROGUE})
    sandbox.flush_webhooks()
    sandbox.turn(version=ROGUE, profile={"name": ROGUE})
    sandbox.fault("status", on="/<script>alert(1)</script>", body=ROGUE)
    stranger.get(f"/api/<script>alert(1)</script>?{ROGUE}")
    for where in (*PAGES, "/records/clients"):
        assert "<script>alert" not in desk.see(where)
    assert "<script>alert" not in desk.see("/records/clients", q=ROGUE, state=ROGUE, sort=ROGUE, page=ROGUE)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", [DESK, f"{DESK}/records/clients", "/_sandbox/webhooks", "/_sandbox/reset"])
def test_pages_of_other_sites_drive_nothing(
    sandbox: HaloSandbox, stranger: httpx.Client, path: str, site: str
) -> None:
    before = sandbox.truth()
    form = {"do": "create", "kind": "clients", "url": "http://127.0.0.1:1/"}
    assert stranger.post(path, data=form, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert (sandbox.truth(), sandbox.webhooks()) == (before, [])


def test_what_was_done_is_said_once(desk: Desk) -> None:
    assert desk.do("", "clear_quota").startswith("Quota reset")
    assert 'class="message' not in desk.see()


def test_a_page_waits_for_its_deliveries_and_shows_them(sandbox: HaloSandbox, desk: Desk) -> None:
    with Receiver() as receiver:
        sandbox.add_webhook(receiver.url)
        desk.do("/records/clients/1", "save", name="Næw")
        assert receiver.arrivals[0].json["client"]["name"] == "Næw"
        assert "client updated" in desk.see("/webhooks")


def test_each_tenant_has_its_own_desk() -> None:
    tenants = [TenantSettings(name=name, sizes={"clients": 3}) for name in ("acme", "globex & co")]
    with running(HaloSandbox(Settings(tenants=tenants, hosted=True))) as sandbox, Desk(sandbox) as desk:
        other = {"tenant": "globex & co"}
        assert "globex &amp; co" in desk.see()
        answer = desk.http.post(f"{DESK}/records/clients", params=other, data={"do": "create", "kind": "clients"})
        assert answer.headers["Location"].endswith("?tenant=globex+%26+co")
        assert sandbox.truth("clients")["total"] == 3
        assert sandbox.truth("clients", tenant="globex & co")["total"] == 4
        assert 'name="tenant" value="globex &amp; co"' in desk.see("/records/clients", **other)
        assert "type it in" in desk.see("", **other)
        assert desk.http.get(DESK, params={"tenant": "initech"}).status_code == 404
