"""The connection test: one case for each problem, over real HTTP."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from portal import guard
from portal.halo import auth, client, discovery
from portal.halo.diagnosis import probe
from portal.halo.diagnosis.connection_test import check
from portal.outbound import CallLimits
from portal.psa.diagnosis import Diagnosis
from portal.sandbox.halo import HaloSandbox, Knobs, Settings, TenantSettings, running
from tests.halo.cases import CASES, Case
from tests.halo.conftest import SIZES, credentials

NAMES = {"inside.example": "10.0.0.1", "localhost": "127.0.0.1"}


@pytest.fixture(autouse=True)
def _hasty_and_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait little, look names up here, and open the two names of the sandbox."""
    hasty = CallLimits(seconds=0.4, size=100_000)
    monkeypatch.setattr(auth, "LIMITS", hasty)
    monkeypatch.setattr(discovery, "LIMITS", hasty)
    monkeypatch.setattr(probe, "FOLLOW_UP", hasty)
    monkeypatch.setattr(client, "PROFILE_LIMITS", CallLimits(seconds=0.4, size=4_000_000))
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1", "localhost"}))
    lookup = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *rest: Any, **named: Any) -> Any:
        if host.endswith(".example") and host not in NAMES:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return lookup(NAMES.get(host, host), port, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.fixture
def closed() -> Iterator[str]:
    """Return an address that is taken, so that nobody else can, and at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


class Stage:
    """Sets a sandbox up as a case says, and tests the connection to it."""

    def __init__(self, stack: ExitStack, closed: str) -> None:
        self._stack = stack
        self._closed = closed

    def play(self, case: Case) -> tuple[Diagnosis, Case]:
        """Return what was found, and the case with its places filled in."""
        self.halo = self._stack.enter_context(running(HaloSandbox(self._settings(case))))
        case = self._filled(case)
        self.halo.turn(**case.knobs)
        for fault in case.faults:
            self.halo.fault(**{"times": None, **fault})
        return check(credentials(self.halo, **case.typed)), case

    def _settings(self, case: Case) -> Settings:
        tenants = [TenantSettings(sizes={"clients": 2}, **case.tenant)]
        return Settings(tenants=tenants, hosted=case.hosted, knobs=Knobs(quota=0))

    def _filled(self, case: Case) -> Case:
        places = {"{halo}": self.halo.url, "{other}": self.halo.url.replace("127.0.0.1", "localhost")}
        written = json.dumps([case.problem, case.fix, dict(case.typed), dict(case.knobs)])
        for name, address in {**places, "{closed}": self._closed}.items():
            written = written.replace(name, address)
        problem, fix, typed, knobs = json.loads(written)
        return case._replace(problem=problem, fix=fix, typed=typed, knobs=knobs)


@pytest.fixture
def stage(closed: str) -> Iterator[Stage]:
    with ExitStack() as stack:
        yield Stage(stack, closed)


@pytest.mark.parametrize("case", CASES, ids=[case.about for case in CASES])
def test_a_failed_connection_says_what_to_correct(case: Case, stage: Stage) -> None:
    found, case = stage.play(case)
    assert (found.ok, found.field) == (False, case.field), found
    assert case.problem in found.problem
    assert case.remedy in found.remedy
    assert (dict(found.fix.changes) if found.fix else None) == case.fix
    assert found.problem.endswith(".")
    assert found.remedy.endswith(".")
    assert stage.halo.counts()["violations"] == 0


def test_all_cases_are_different() -> None:
    assert len(CASES) == len({case.about for case in CASES})


# The other fixes lead out of the sandbox, or mend one of two things.
@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.fix and "https://" not in str(case.fix) and "a wrong" not in case.about],
    ids=lambda case: case.about,
)
def test_a_fix_that_is_offered_helps(case: Case, stage: Stage) -> None:
    found, case = stage.play(case)
    assert found.fix is not None
    assert check(credentials(stage.halo, **{**case.typed, **found.fix.changes})).ok


def test_a_working_connection_names_its_agent_and_checks_every_list(halo: HaloSandbox) -> None:
    found = check(credentials(halo))
    assert found.ok
    assert found.agent == "API Sync"
    assert {each: seen.total for each, seen in found.lists.items()} == SIZES
    asked = halo.counts()["by_kind"]
    assert (asked["token"], asked["agent"], asked["authinfo"]) == (1, 1, 1)


@pytest.mark.parametrize("what", ["html", "huge", "slow", "reset", "redirect", "empty"])
def test_an_old_halo_without_authinfo_still_connects(what: str, halo: HaloSandbox) -> None:
    halo.fault(what, on="authinfo", times=None, seconds=5.0)
    assert check(credentials(halo)).ok


@pytest.mark.parametrize(
    ("profile", "name"),
    [({"name": None}, "api@acme.example"), ({"name": "", "email": None}, "agent 42"), ({"id": 42.0}, "API Sync")],
)
def test_an_agent_without_a_name_gets_a_fallback_name(profile: dict[str, Any], name: str, halo: HaloSandbox) -> None:
    halo.turn(profile=profile)
    assert check(credentials(halo)).agent == name


def test_a_huge_profile_is_read(halo: HaloSandbox) -> None:
    halo.turn(profile={"claims": [{"type": "permission", "value": "x" * 2_000_000}]})
    assert check(credentials(halo)).ok


def test_a_test_does_not_retry(halo: HaloSandbox) -> None:
    halo.fault("status", status=500, on="agent", times=None)
    check(credentials(halo))
    assert halo.counts()["by_kind"]["agent"] == 1
