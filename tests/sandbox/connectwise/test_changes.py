from __future__ import annotations

import pytest

from portal.sandbox import ConnectWiseControl, ConnectWiseVerbs, SandboxError
from portal.sandbox.connectwise import CLIENT_ID, ConnectWiseSandbox
from portal.sandbox.connectwise.record_types import RECORD_TYPES
from tests.sandbox.connectwise.member import PATHS, Member


@pytest.fixture(params=["in this process", "over HTTP"])
def verbs(request: pytest.FixtureRequest, sandbox: ConnectWiseSandbox) -> ConnectWiseVerbs:
    """Offer the same verbs both ways."""
    return sandbox if request.param == "in this process" else ConnectWiseControl(sandbox.url)


def test_it_tells_what_to_enter(verbs: ConnectWiseVerbs, sandbox: ConnectWiseSandbox) -> None:
    assert verbs.about()["url"] == sandbox.url
    assert verbs.credentials() == ("acme", "acmePublicKey", "acmePrivateKey", CLIENT_ID)
    with pytest.raises(SandboxError, match="no tenant"):
        verbs.credentials("globex")


def test_knobs_and_keys_change(verbs: ConnectWiseVerbs) -> None:
    assert verbs.turn(caps={"sites": 8})["caps"] == {"sites": 8}
    verbs.change_tenant(private_key="new")
    assert verbs.credentials().private_key == "new"
    for wrong in ({"caps": {"printers": 3}}, {"speed": 1}, {"link": "sideways"}):
        with pytest.raises(SandboxError):
            verbs.turn(**wrong)
    with pytest.raises(SandboxError, match="fixed since the start: seed"):
        verbs.change_tenant(seed=3)


@pytest.mark.parametrize("record_type", RECORD_TYPES)
def test_records_are_created_changed_and_deactivated(verbs: ConnectWiseVerbs, record_type: str) -> None:
    before = verbs.truth(record_type)
    first, second = verbs.create(record_type, 2)
    assert verbs.truth(record_type)["total"] == before["total"] + 2
    old = verbs.record(record_type, first)
    verbs.change(record_type, [first])
    assert verbs.record(record_type, first)["digest"] != old["digest"]
    verbs.deactivate(record_type, [second])
    assert verbs.record(record_type, second)["active"] is False
    verbs.reactivate(record_type, [second])
    assert verbs.record(record_type, second)["active"] is True


def test_a_change_moves_last_updated(sandbox: ConnectWiseSandbox, member: Member) -> None:
    (number,) = sandbox.change("contacts", count=1)
    assert member.ids(PATHS["contacts"], conditions="lastUpdated>[2026-10-20T00:00:00Z]") == [number]
    (late,) = sandbox.change("contacts", count=1, seed=3, stamped_ago=400 * 86_400)
    assert late not in member.ids(PATHS["contacts"], conditions="lastUpdated>[2026-10-20T00:00:00Z]")


def test_a_change_can_leave_last_updated_alone(sandbox: ConnectWiseSandbox, member: Member) -> None:
    number = member.ids(PATHS["contacts"])[0]
    before = member.get(f"{PATHS['contacts']}/{number}").json()
    sandbox.change("contacts", [number], fields={"communicationItems": []}, quietly=True)
    after = member.get(f"{PATHS['contacts']}/{number}").json()
    assert after["communicationItems"] == []
    assert after["_info"]["lastUpdated"] == before["_info"]["lastUpdated"]


def test_a_deleted_company_stays_in_the_recycle_bin(sandbox: ConnectWiseSandbox, member: Member) -> None:
    (number,) = sandbox.delete("clients", count=1)
    row = member.get(f"company/companies/{number}").json()
    assert (row["deletedFlag"], row["deletedBy"]) == (True, "zAdmin")
    truth = sandbox.truth("clients", ids=True)
    assert number in truth["deleted_ids"]
    assert number not in truth["active_ids"] + truth["inactive_ids"]
    assert member.rows(f"company/companies/{number}/sites") == []


@pytest.mark.parametrize("record_type", [name for name in RECORD_TYPES if name not in {"clients", "sites"}])
def test_all_else_is_deleted_for_good(sandbox: ConnectWiseSandbox, member: Member, record_type: str) -> None:
    (number,) = sandbox.delete(record_type, count=1)
    assert member.get(f"{PATHS[record_type]}/{number}").json()["code"] == "NotFound"
    assert number not in member.ids(PATHS[record_type])


def test_a_company_can_be_purged(verbs: ConnectWiseVerbs, member: Member) -> None:
    number = verbs.truth("clients", ids=True)["active_ids"][3]
    assert verbs.purge("clients", [number]) == [number]
    assert member.get(f"company/companies/{number}").status_code == 404


def test_a_merge_leaves_last_updated_and_status(verbs: ConnectWiseVerbs, member: Member) -> None:
    into, other = verbs.truth("clients", ids=True)["active_ids"][4:6]
    before = member.get(f"company/companies/{other}").json()
    merged = verbs.merge(into, [other])
    after = member.get(f"company/companies/{other}").json()
    assert (merged["clients"], after["deletedFlag"]) == ([other], True)
    assert (after["_info"], after["status"]) == (before["_info"], before["status"])
    assert member.ids("company/companies", conditions="lastUpdated>[2026-10-20T00:00:00Z]") == []
    assert set(merged["sites"]) <= set(member.ids(f"company/companies/{into}/sites"))
    assert member.ids("company/contacts", conditions=f"company/id={other}") == []


def test_nonsense_is_refused(verbs: ConnectWiseVerbs) -> None:
    with pytest.raises(SandboxError, match="KeyError"):
        verbs.merge(99_999, [])
    with pytest.raises(SandboxError, match="KeyError"):
        verbs.purge("clients", [99_999])
    with pytest.raises(SandboxError, match="exist already"):
        verbs.create("clients", ids=[2])


def test_a_browser_is_shown_what_to_enter(sandbox: ConnectWiseSandbox, member: Member) -> None:
    page = member.http.get("/", headers={"Accept": "text/html"}, follow_redirects=True).text
    for value in (sandbox.url, "acmePublicKey", "acmePrivateKey", CLIENT_ID):
        assert value in page


def test_a_draw_leaves_out_what_is_gone_and_the_own_company(sandbox: ConnectWiseSandbox) -> None:
    live = sandbox.truth("clients")["total"]
    gone = sandbox.delete("clients", count=live - 1)
    assert 2 not in gone
    assert sandbox.truth("clients")["total"] == 1
    with pytest.raises(SandboxError, match="ValueError"):
        sandbox.delete("clients", count=1)


def test_no_new_record_refers_to_a_company_that_is_gone(sandbox: ConnectWiseSandbox) -> None:
    ids = sandbox.truth("clients", ids=True)["active_ids"]
    gone = {*sandbox.delete("clients", ids[1:9]), *sandbox.merge(ids[9], ids[10:14])["clients"]}
    for record_type in ("sites", "contacts", "assets", "opportunities", "contracts"):
        made = [sandbox.record(record_type, number)["row"] for number in sandbox.create(record_type, 60)]
        assert not {row["company"]["id"] for row in made if "company" in row} & gone
