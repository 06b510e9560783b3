"""Helpers that interrupt a run in the middle of its work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest

from portal.halo import adapter
from portal.halo.client import HaloClient
from portal.halo.credentials import Credentials
from portal.models.sync import SyncRun
from portal.psa.source import Page
from portal.services.connecting import connections
from portal.sync import logbook
from portal.sync.budget import BudgetPolicy
from portal.sync.engine import Engine
from portal.sync.lease import RunLease
from portal.sync.request_reservation import RequestReservation

OnPage = Callable[[str, int, Callable[[], Any]], None]


class Killed(BaseException):
    """Simulates a killed process: nothing is released."""


@pytest.fixture
def on_page(monkeypatch: pytest.MonkeyPatch) -> OnPage:
    """Run an action once, at the end of the transaction of a given page."""

    def plan(record_type: str, number: int, action: Callable[[], Any]) -> None:
        note, left = logbook.note_page, [action]

        def noted(run: SyncRun, of: str, page: Page, *rest: Any, **more: Any) -> None:
            note(run, of, page, *rest, **more)
            if (of, page.number) == (record_type, number) and left:
                left.pop()()

        monkeypatch.setattr(logbook, "note_page", noted)

    return plan


class FailingClient(HaloClient):
    """Raises an error after `pages` pages, while `pages` is set."""

    pages: int | None = None
    error: BaseException = RuntimeError("a bug")

    def page(self, *requested: Any, **more: Any) -> Any:
        if FailingClient.pages == 0:
            raise FailingClient.error
        if FailingClient.pages is not None:
            FailingClient.pages -= 1
        return super().page(*requested, **more)


@pytest.fixture
def failing_client(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FailingClient]]:
    """Let runs use a client that can fail on demand."""
    monkeypatch.setattr(adapter, "HaloClient", FailingClient)
    FailingClient.pages, FailingClient.error = None, RuntimeError("a bug")
    yield FailingClient
    FailingClient.pages = None


@contextmanager
def worker(run: SyncRun, lease: RunLease) -> Iterator[Engine]:
    """Return an engine for this lease."""
    reservation = RequestReservation(lambda: BudgetPolicy("a tenant"))
    with HaloClient(Credentials.of(connections.opened(run.integration)), check_rate_limit=reservation.gate) as client:
        yield Engine(lease, client, reservation)


@contextmanager
def interrupting(at: int, when: str, action: Callable[[], Any]) -> Iterator[None]:
    """Run an action once, before, inside or after the transaction of a worker's n-th write."""
    numbers, writing = count(1), RunLease.writing

    @contextmanager
    def interrupted(self: RunLease, **changes: Any) -> Iterator[None]:
        due = next(numbers) == at
        if due and when == "before":
            action()
        with writing(self, **changes):
            yield
            if due and when == "inside":
                action()
        if due and when == "after":
            action()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunLease, "writing", interrupted)
        yield
