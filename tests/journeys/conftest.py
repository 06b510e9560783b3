"""The browser of the journeys: Debian's Chromium, and nothing that calls home."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys import busy
from tests.journeys.person import connect, log_in_as_admin
from tests.journeys.portal_process import Demo, demo
from tests.journeys.psas import HALO

CHROMIUM = shutil.which("chromium")
QUIET = [
    "--no-sandbox",  # containers run as root, where Chromium refuses its sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing. `.ci/run` installs it: apt-get install chromium")
        pytest.skip("Chromium is missing: apt-get install chromium")
    return {"executable_path": CHROMIUM, "args": QUIET}


@pytest.fixture
def a_demo(tmp_path: Path) -> Iterator[Demo]:
    with demo(tmp_path / "data") as started:
        yield started


@pytest.fixture(scope="module")
def shared_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Start one demo for all journeys of a file."""
    with demo(tmp_path_factory.mktemp("shared") / "data") as started:
        yield started


@pytest.fixture(scope="module")
def connected_demo(shared_demo: Demo, browser: Browser) -> Demo:
    """Connect Halo and wait for the first sync, once for all journeys of a file."""
    page = browser.new_page()
    log_in_as_admin(page, shared_demo)
    connect(page, shared_demo, HALO)
    page.close()
    return shared_demo


@pytest.fixture(scope="module")
def busy_demo(shared_demo: Demo, browser: Browser) -> Demo:
    """Connect Halo, and let much happen, once for all journeys of a file."""
    page = browser.new_page()
    busy.fill(shared_demo, page)
    page.close()
    return shared_demo


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Collect what the browser complains about: script errors, refused styles, failed requests of the server."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on(
        "console", lambda message: heard.append(message.text) if "Content Security Policy" in message.text else None
    )
    page.on("response", lambda response: heard.append(response.url) if response.status >= 500 else None)
    return heard
