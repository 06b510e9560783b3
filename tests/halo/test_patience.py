"""Which failures are retried, how often, and which are raised at once."""

from __future__ import annotations

from typing import Any

import pytest

from portal.errors import PsaError, PsaListError, PsaRateLimited, PsaRefusedType, PsaUnavailable
from portal.halo import client
from portal.halo.client import HaloClient
from portal.outbound import CallLimits
from portal.sandbox.halo import HaloSandbox
from tests.halo.conftest import SIZES, Connect, credentials

PASSING: list[dict[str, Any]] = [
    {"what": "status", "status": 500},
    {"what": "status", "status": 502, "body": "<html>Bad Gateway</html>"},
    {"what": "status", "status": 504},
    {"what": "html"},
    {"what": "truncated"},
    {"what": "empty"},
    {"what": "reset"},
    {"what": "reset", "size": 400},
    {"what": "slow", "seconds": 5.0},
]


REFUSALS: list[dict[str, Any]] = [
    *({"what": "status", "status": status} for status in (404, 405, 409, 410, 415, 422, 451, 499)),
    {"what": "status", "status": 400, "body": '{"id":["?"]}'},
    {"what": "redirect"},
    {"what": "redirect", "status": 308},
]


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE_LIMITS", CallLimits(seconds=0.5, size=1_000_000))


def rows_of(connect: Connect, record_type: str = "clients") -> int:
    return len(connect().page(record_type, 1).rows)


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: " ".join(str(value) for value in fault.values()))
def test_temporary_failures_are_retried(fault: dict[str, Any], halo: HaloSandbox, connect: Connect) -> None:
    halo.fault(on="clients", times=1, **fault)
    assert rows_of(connect) == SIZES["clients"]
    assert halo.counts()["by_kind"]["clients"] == 2


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: " ".join(str(value) for value in fault.values()))
def test_persistent_failures_are_raised(fault: dict[str, Any], halo: HaloSandbox, connect: Connect) -> None:
    halo.fault(on="clients", times=None, **fault)
    with pytest.raises(PsaUnavailable):
        rows_of(connect)
    assert halo.counts()["by_kind"]["clients"] == 2


@pytest.mark.parametrize("form", ["seconds", "date", "off"])
def test_a_rate_limit_is_never_retried_here(form: str, halo: HaloSandbox, connect: Connect) -> None:
    halo.turn(retry_after=form)
    halo.fault("rate_limit", on="clients", seconds=3.0)
    with pytest.raises(PsaRateLimited) as limited:
        rows_of(connect)
    assert limited.value.allowed == (700, 300)
    assert (limited.value.retry_after is None) == (form == "off")
    assert halo.counts()["by_kind"]["clients"] == 1


def test_nothing_is_sent_while_the_rate_limit_is_used_up(halo: HaloSandbox) -> None:
    def closed() -> None:
        raise PsaRateLimited("Not now.", retry_after=5)

    with HaloClient(credentials(halo), check_rate_limit=closed) as shut, pytest.raises(PsaRateLimited):
        shut.page("clients", 1)
    assert halo.counts()["total"] == 0


def test_a_refused_type_is_retried_once(halo: HaloSandbox, connect: Connect) -> None:
    halo.change_tenant(refused=["assets"])
    with pytest.raises(PsaRefusedType) as refused:
        rows_of(connect, "assets")
    assert "doesn't let the agent read assets" in refused.value.problem
    assert "Permissions tab" in refused.value.remedy
    assert halo.counts()["by_kind"]["assets"] == 2


@pytest.mark.parametrize("patient", [True, False])
@pytest.mark.parametrize("fault", REFUSALS, ids=lambda fault: " ".join(str(value) for value in fault.values()))
def test_a_refusal_is_retried_once_and_then_fails_the_list(
    fault: dict[str, Any],
    patient: bool,  # noqa: FBT001  # drawn
    halo: HaloSandbox,
) -> None:
    halo.fault(on="clients", times=None, **fault)
    with HaloClient(credentials(halo), patient=patient) as client, pytest.raises(PsaListError) as refused:
        client.page("clients", 1)
    assert not refused.value.retryable
    assert halo.counts()["by_kind"]["clients"] == 2


@pytest.mark.parametrize("fault", REFUSALS, ids=lambda fault: " ".join(str(value) for value in fault.values()))
def test_a_single_refusal_leaves_no_trace(fault: dict[str, Any], halo: HaloSandbox, connect: Connect) -> None:
    halo.fault(on="clients", times=1, **fault)
    assert rows_of(connect) == SIZES["clients"]


def test_an_impatient_client_retries_once_halo_has_responded(halo: HaloSandbox) -> None:
    with HaloClient(credentials(halo), patient=False) as client:
        halo.fault("status", status=503, on="clients")
        with pytest.raises(PsaUnavailable):
            client.page("clients", 1)
        client.page("clients", 1)
        halo.fault("status", status=503, on="clients")
        assert client.page("clients", 1).retries == 1


def test_another_list_shows_whether_halo_is_up(halo: HaloSandbox, connect: Connect) -> None:
    client = connect()
    halo.fault("status", status=500, on="clients", times=None)
    assert client.another_list_works(["clients"])
    halo.fault("status", status=404, on="sites", times=None)
    assert client.another_list_works(["clients"])
    halo.fault("html", on="any", times=None)
    assert not client.another_list_works(["sites"])
    assert not client.another_list_works(list(SIZES))


def test_a_page_that_is_too_large_is_not_retried(halo: HaloSandbox, connect: Connect) -> None:
    halo.fault("huge", on="clients", times=None)
    with pytest.raises(PsaError) as refused:
        rows_of(connect)
    assert "too large" in refused.value.problem
    assert halo.counts()["by_kind"]["clients"] == 1


def test_a_failing_token_endpoint_is_retried_too(halo: HaloSandbox, connect: Connect) -> None:
    halo.fault("status", status=503, on="token")
    assert rows_of(connect) == SIZES["clients"]


def test_nothing_but_reads_and_the_token_post_is_sent(halo: HaloSandbox, connect: Connect) -> None:
    for record_type in SIZES:
        rows_of(connect, record_type)
    assert halo.counts()["violations"] == 0
