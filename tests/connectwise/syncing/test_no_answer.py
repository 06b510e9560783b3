"""A call to ConnectWise that gets no answer has a line of its own in the sync log, whatever kind of call it is."""

from __future__ import annotations

from typing import Any

from portal.models.sync import SyncLog
from tests.connectwise_fixtures import ConnectWiseCopy

API = "/v4_6_release/apis/3.0"


def unanswered(copy: ConnectWiseCopy) -> list[Any]:
    """Return the lines about calls without an answer, oldest first."""
    query = SyncLog.select().where(SyncLog.integration == copy.integration, SyncLog.message.startswith("No answer"))
    return list(query.order_by(SyncLog.id))


def test_the_sites_of_one_company_have_a_line_for_each_try(copy: ConnectWiseCopy) -> None:
    company = copy.sandbox.truth("clients", ids=True)["active_ids"][0]
    path = f"{API}/company/companies/{company}/sites"
    copy.sandbox.fault("reset", on=path, times=None)
    report = copy.sync("clients", "sites")
    lines = unanswered(copy)
    assert {line.message.partition(". ")[0] for line in lines} == {f"No answer to GET {path}"}
    assert [(line.run_id, line.record_type, line.details["retries"]) for line in lines] == [
        (report["run"], "sites", 1),
        (report["run"], "sites", 1),
    ]
    assert lines[0].details["path"] == f"{path}?orderBy=id+asc&page=1&pageSize=1000"


def test_a_forecast_without_an_answer_has_a_line_and_the_others_have_none(copy: ConnectWiseCopy) -> None:
    number = copy.sandbox.truth("opportunities", ids=True)["active_ids"][0]
    path = f"{API}/sales/opportunities/{number}/forecast"
    copy.sandbox.fault("reset", on=path, times=None)
    copy.sync("clients", "opportunities")
    assert {line.details["path"] for line in unanswered(copy)} == {path}


def test_a_count_that_the_sync_can_do_without_has_a_line(copy: ConnectWiseCopy) -> None:
    path = f"{API}/procurement/catalog/count"
    copy.sandbox.fault("reset", on=path, times=None)
    copy.sync("products")
    assert [line.details["path"].partition("?")[0] for line in unanswered(copy)] == [path]
    assert len(copy.ids("products")) == 8


def test_the_same_trouble_with_one_opportunity_or_two_has_the_same_cause(copy: ConnectWiseCopy) -> None:
    first, second = copy.sandbox.truth("opportunities", ids=True)["active_ids"][:2]
    causes = set()
    for broken in ((first, second), (second,)):
        copy.sandbox.clear_faults()
        for number in broken:
            copy.sandbox.fault("reset", on=f"{API}/sales/opportunities/{number}/forecast", times=None)
        problem = copy.sync("clients", "opportunities")["problem"]
        assert all(f"” ({number})" in problem for number in broken)
        causes |= {line.cause for line in SyncLog.select().where(SyncLog.message == problem)}
    assert len(causes) == 1
