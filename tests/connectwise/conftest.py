"""Clients that may call a server on this machine, and that retry at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from portal import guard


@pytest.fixture(autouse=True)
def _near_host_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_allowed", frozenset({"127.0.0.1"}))


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Repeat what failed in passing, once and at once."""
    with stamina.set_testing(True, attempts=2, cap=True):
        yield
