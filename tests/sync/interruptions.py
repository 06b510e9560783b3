"""What happens to a run in the middle of its work."""

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
from portal.sync.budget import Terms
from portal.sync.engine import Engine
from portal.sync.lease import Lease
from portal.sync.request_reservation import RequestReservation

OnPage = Callable[[str, int, Callable[[], Any]], None]


class Killed(BaseException):
    """The process is gone at this instant: nothing is handed back."""


@pytest.fixture
def on_page(monkeypatch: pytest.MonkeyPatch) -> OnPage:
    """Have something happen, once, at the end of the transaction of this page of this record type."""

    def plan(record_type: str, number: int, action: Callable[[], Any]) -> None:
        note, left = logbook.note_page, [action]

        def noted(run: SyncRun, of: str, page: Page, *rest: Any, **more: Any) -> None:
            note(run, of, page, *rest, **more)
            if (of, page.number) == (record_type, number) and left:
                left.pop()()

        monkeypatch.setattr(logbook, "note_page", noted)

    return plan


class Breaking(HaloClient):
    """Breaks off, with this error, when it has handed out so many pages, as long as `pages` is set."""

    pages: int | None = None
    error: BaseException = RuntimeError("a bug")

    def page(self, *asked: Any, **more: Any) -> Any:
        if Breaking.pages == 0:
            raise Breaking.error
        if Breaking.pages is not None:
            Breaking.pages -= 1
        return super().page(*asked, **more)


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Breaking]]:
    """Let runs read through a client that can be told to break off."""
    monkeypatch.setattr(adapter, "HaloClient", Breaking)
    Breaking.pages, Breaking.error = None, RuntimeError("a bug")
    yield Breaking
    Breaking.pages = None


@contextmanager
def worker(run: SyncRun, lease: Lease) -> Iterator[Engine]:
    """Make the engine that works for this lease."""
    reservation = RequestReservation(lambda: Terms("a tenant"))
    with HaloClient(Credentials.of(connections.opened(run.integration)), check_rate_limit=reservation.gate) as client:
        yield Engine(lease, client, reservation)


@contextmanager
def befalling(at: int, when: str, action: Callable[[], Any]) -> Iterator[None]:
    """Have something happen once, before, inside or after the transaction of the so many-th write of a worker."""
    numbers, writing = count(1), Lease.writing

    @contextmanager
    def befallen(self: Lease, **changes: Any) -> Iterator[None]:
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
        patch.setattr(Lease, "writing", befallen)
        yield
