"""Logs are structured, and never contain secrets."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from portal import log
from portal.redaction import BLANK
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
def test_a_secret_is_redacted(event: dict[str, object]) -> None:
    assert "hush" not in str(log.redact(None, "info", dict(event)))


def test_other_values_stay() -> None:
    event = {"event": "page stored", "run": 7, "url": "https://halo.example/api/Client"}
    assert log.redact(None, "info", dict(event)) == event


@pytest.mark.usefixtures("_restored")
def test_libraries_and_the_portal_log_json_through_one_pipeline(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(as_json=True)
    log.get("portal.test").info("page stored", run=7)
    logging.getLogger("some.library").warning("sent Bearer hush")
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["run"], ours["level"]) == ("page stored", 7, "info")
    assert theirs["event"] == f"sent Bearer {BLANK}"


@pytest.mark.usefixtures("_restored")
def test_a_traceback_is_redacted_too(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(as_json=True)
    try:
        raise ValueError("Bearer hush was refused")
    except ValueError:
        log.get("portal.test").exception("failed")
    assert "hush" not in capsys.readouterr().err


@pytest.mark.usefixtures("_restored")
@pytest.mark.parametrize("as_json", [True, False])
def test_foreign_text_cannot_control_the_terminal(*, as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(as_json=as_json)
    hostile = "eve\x1b]0;owned\x07\x9b2J\u202e@example.com\rall is well"
    log.get("portal.test").warning("log-in refused", email=hostile, parts=[hostile])
    logging.getLogger("some.library").warning("refused %s", hostile)
    try:
        raise ValueError(hostile)
    except ValueError:
        log.get("portal.test").exception("failed")
    shown = capsys.readouterr().err
    assert not set("\x07\x9b\u202e\r") & set(shown)
    assert "\x1b]" not in shown
    assert "all is well" in shown


@pytest.mark.usefixtures("_restored")
def test_foreign_text_cannot_fake_a_log_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(as_json=False)
    forged = "eve@example.com\n2026-11-27T07:00:00Z [info] all is well"
    log.get("portal.test").warning("log-in refused", email=forged)
    logging.getLogger("some.library").warning("refused %s", forged)
    assert not [line for line in capsys.readouterr().err.splitlines() if line.startswith("2026-11-27T07:00:00Z")]
