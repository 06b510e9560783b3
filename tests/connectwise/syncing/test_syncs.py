"""Syncing a simulated ConnectWise over real HTTP: complete, with few requests, and green only when it is complete."""

from __future__ import annotations

from datetime import timedelta

from portal import clock
from portal.models.records import RecordState
from portal.models.sync import RunKind
from tests.connectwise_fixtures import SIZES, ConnectWiseCopy
from tests.sync.refetches import at


def test_a_first_sync_copies_every_record(copy: ConnectWiseCopy) -> None:
    report = copy.sync()
    assert report["state"] == "succeeded"
    assert copy.differences() == []
    assert copy.sandbox.counts()["violations"] == 0


def test_a_first_sync_takes_one_request_per_page_and_per_company(copy: ConnectWiseCopy) -> None:
    steps = copy.sync()["steps"]
    # One more tells whether a company was deleted meanwhile.
    assert steps["sites"]["requests"] == len(copy.ids("clients")) + 1
    assert steps["assets"]["requests"] <= 3 + 1 + 2
    # Each opportunity has a forecast of its own.
    assert steps["opportunities"]["requests"] <= SIZES["opportunities"] + 5


def test_an_unchanged_full_sync_fetches_no_forecast_again(synced: ConnectWiseCopy) -> None:
    report = synced.sync()
    assert report["state"] == "succeeded"
    assert report["steps"]["opportunities"]["requests"] <= 1 + 1 + 3
    assert all(step["created"] == step["updated"] == 0 for step in report["steps"].values())


def test_at_most_four_requests_are_under_way(copy: ConnectWiseCopy) -> None:
    copy.sandbox.turn(latency=0.02)
    copy.sync()
    assert copy.sandbox.counts()["most_at_once"] <= 4


def test_an_incremental_sync_reads_the_sites_of_changed_companies_only(synced: ConnectWiseCopy) -> None:
    with at(clock.now() + timedelta(minutes=10)):
        assert synced.sync("sites", kind=RunKind.INCREMENTAL)["state"] == "succeeded"
    with at(clock.now() + timedelta(hours=1)):
        [changed] = synced.sandbox.change("clients", count=1, seed=3)
        report = synced.sync(kind=RunKind.INCREMENTAL)
    assert report["state"] == "succeeded"
    asked = [each["path"] for each in synced.sandbox.journal(kind="sites")]
    assert [each.split("?")[0].rpartition("/companies/")[2] for each in asked] == [f"{changed}/sites"]
    assert synced.differences() == []


def test_sites_of_one_refused_company_are_named_and_cost_that_company_alone(copy: ConnectWiseCopy) -> None:
    refused = min(copy.sandbox.truth("clients", ids=True)["active_ids"])
    copy.sandbox.change_tenant(refused_sites_of=[refused])
    report = copy.sync()
    assert report["state"] == "incomplete"
    [problem] = copy.logged(record_type="sites", level="error")
    assert f"({refused})" in problem
    assert all("is missing" in each and each.startswith("sites") for each in copy.differences())
    assert copy.ids("sites")


def test_refused_sites_that_are_stored_stay(synced: ConnectWiseCopy) -> None:
    before = synced.ids("sites")
    refused = min(synced.ids("clients"))
    synced.sandbox.change_tenant(refused_sites_of=[refused])
    assert synced.sync("clients", "sites")["state"] == "incomplete"
    assert synced.ids("sites") == before


def test_a_refused_list_fails_alone(copy: ConnectWiseCopy) -> None:
    copy.sandbox.change_tenant(refused=["contracts"])
    report = copy.sync()
    assert report["problem"] == "ConnectWise doesn't let the API member read agreements."
    assert (len(copy.ids("contracts")), len(copy.ids("assets"))) == (0, SIZES["assets"])


def test_a_company_whose_sites_never_load_costs_that_company_alone(copy: ConnectWiseCopy) -> None:
    broken = copy.sandbox.truth("clients", ids=True)["active_ids"][4]
    sites = f"/v4_6_release/apis/3.0/company/companies/{broken}/sites"
    copy.sandbox.fault("status", status=500, on=sites, times=None)
    report = copy.sync()
    assert report["state"] == "incomplete"
    assert f"({broken})" in copy.logged(record_type="sites", level="error")[-1]
    assert len(copy.ids("sites")) >= SIZES["sites"] - 8


def test_a_merge_that_leaves_the_update_time_alone_is_found_by_the_next_sync(synced: ConnectWiseCopy) -> None:
    into, other = sorted(synced.ids("clients"))[:2]
    synced.sandbox.merge(into, [other])
    report = synced.sync(kind=RunKind.INCREMENTAL)
    assert report["state"] == "succeeded"
    assert other in synced.ids("clients", RecordState.DELETED)


def test_companies_in_the_recycle_bin_are_not_copied_although_they_are_listed_twice(copy: ConnectWiseCopy) -> None:
    gone = copy.sandbox.delete("clients", count=2, seed=5)
    copy.sandbox.turn(doubled_deleted=True)
    assert copy.sync()["state"] == "succeeded"
    assert copy.ids("clients").isdisjoint(gone)
    assert copy.differences("clients") == []


def test_a_deleted_record_is_confirmed_by_its_own_answer(synced: ConnectWiseCopy) -> None:
    [gone] = synced.sandbox.delete("contacts", count=1, seed=2)
    assert synced.sync()["state"] == "succeeded"
    assert synced.ids("contacts", RecordState.DELETED) == {gone}
    assert any(each["path"].endswith(f"/{gone}") for each in synced.sandbox.journal(kind="contacts"))


def test_a_deleted_site_is_confirmed_at_its_company(synced: ConnectWiseCopy) -> None:
    [gone] = synced.sandbox.delete("sites", count=1, seed=2)
    assert synced.sync()["state"] == "succeeded"
    assert synced.ids("sites", RecordState.DELETED) == {gone}


def test_an_html_page_instead_of_a_list_is_no_empty_list(synced: ConnectWiseCopy) -> None:
    synced.sandbox.fault("html", on="contacts", times=None)
    report = synced.sync("contacts")
    assert report["state"] != "succeeded"
    assert synced.ids("contacts")
    assert not synced.ids("contacts", RecordState.DELETED)


def test_a_late_page_that_fails_is_fetched_again_alone(copy: ConnectWiseCopy) -> None:
    copy.sandbox.fault("status", status=500, on="assets", page=2, times=1)
    report = copy.sync("assets")
    assert report["state"] == "succeeded"
    pages = [each for each in copy.sandbox.journal(kind="assets") if "page=2" in each["path"]]
    assert len(pages) <= 2


def test_passwords_are_never_stored(copy: ConnectWiseCopy) -> None:
    copy.sync()
    for number in copy.ids("assets"):
        payload = copy.payload("assets", number)
        assert all(each.get("fieldType") != "Password" for each in payload.get("questions", []))
        assert all(each.get("type") != "Password" for each in payload.get("customFields", []))


def test_opportunities_have_the_values_of_their_forecast(copy: ConnectWiseCopy) -> None:
    copy.sync()
    assert all("forecast" in copy.payload("opportunities", each) for each in copy.ids("opportunities"))


def test_a_forecast_that_never_loads_costs_that_opportunity_alone(copy: ConnectWiseCopy) -> None:
    broken, *others = sorted(copy.sandbox.truth("opportunities", ids=True)["active_ids"])
    forecast = f"/v4_6_release/apis/3.0/sales/opportunities/{broken}/forecast"
    copy.sandbox.fault("status", status=500, on=forecast, times=None)
    report = copy.sync("opportunities")
    assert report["state"] == "incomplete"
    assert f"({broken}) couldn't be read. ConnectWise" in report["problem"]
    assert "forecast" not in copy.payload("opportunities", broken)
    assert all("forecast" in copy.payload("opportunities", each) for each in others)
    copy.sandbox.clear_faults()
    assert copy.sync("opportunities")["state"] == "succeeded"
    assert "forecast" in copy.payload("opportunities", broken)


def test_a_run_waits_if_connectwise_goes_down_while_it_fetches_forecasts(copy: ConnectWiseCopy) -> None:
    copy.sandbox.fault("status", status=500, times=None, after=3)
    report = copy.sync("opportunities")
    assert report["state"] == "waiting"


def test_a_run_does_not_ask_for_every_forecast_if_none_load(copy: ConnectWiseCopy) -> None:
    copy.sandbox.fault("status", status=500, on="forecast", times=None)
    assert copy.sync("opportunities")["state"] == "waiting"
    assert copy.sandbox.counts()["by_kind"]["forecast"] < SIZES["opportunities"]
