"""Logs: structured, and without secrets whatever the way they come in."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from portal import log
from portal.vault import Secret


@pytest.fixture
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "event",
    [
        {"client_secret": "hush"},
        {"password": "hush"},
        {"Authorization": "hush"},
        {"api_key": "hush"},
        {"vault_key": "hush"},
        {"request": {"headers": {"Cookie": "hush"}}},
        {"event": "sent Bearer hush to Halo"},
        {"event": "posted client_secret=hush&scope=all"},
        {"event": 'answered {"access_token": "hush"}'},
        {"parts": ["Basic hush"]},
        {"value": Secret("hush")},
    ],
)
def test_a_secret_is_blanked(event: dict[str, object]) -> None:
    assert "hush" not in str(log.redact(None, "info", dict(event)))


def test_what_is_no_secret_stays() -> None:
    event = {"event": "page stored", "run": 7, "url": "https://halo.example/api/Client"}
    assert log.redact(None, "info", dict(event)) == event


@pytest.mark.usefixtures("_restored")
def test_libraries_and_the_portal_log_json_through_one_pipeline(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(as_json=True)
    log.get("portal.test").info("page stored", run=7)
    logging.getLogger("some.library").warning("sent Bearer hush")
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["run"], ours["level"]) == ("page stored", 7, "info")
    assert theirs["event"] == f"sent Bearer {log.BLANK}"


@pytest.mark.usefixtures("_restored")
def test_a_traceback_is_blanked_too(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(as_json=True)
    try:
        raise ValueError("Bearer hush was refused")
    except ValueError:
        log.get("portal.test").exception("failed")
    assert "hush" not in capsys.readouterr().err
