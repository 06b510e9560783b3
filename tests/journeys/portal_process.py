"""A portal of its own for a journey: `portal demo` or `portal up` in a fresh data directory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PORTAL = [sys.executable, "-m", "portal.cli"]
# What `portal demo` prints, in this order.
DEMO_WORDS = (
    r"Portal\s+(\S+)",
    r"Admin\s+(\S+)\s+(\S+)",
    r"Support\s+(\S+)\s+(\S+)",
    r"Base URL\s+(\S+)",
    r"Client ID\s+(\S+)",
    r"Client Secret\s+(\S+)",
    r"Site\s+(\S+)",
    r"Company ID\s+(\S+)",
    r"Public Key\s+(\S+)",
    r"Private Key\s+(\S+)",
)


@dataclass(frozen=True)
class Shell:
    """Runs `portal` commands beside a portal that serves from the same data directory."""

    environment: dict[str, str]
    address: str
    process: subprocess.Popen[str]

    def run(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [*PORTAL, *words]
        return subprocess.run(  # our own command
            command, env=self.environment, input=typed, capture_output=True, text=True, timeout=120, check=False
        )

    def ok(self, *words: str, typed: str = "") -> str:
        done = self.run(*words, typed=typed)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.ok(*words, "--json"))


@contextmanager
def serving(data_dir: Path, *, allow: str) -> Iterator[Shell]:
    """Run `portal up` on a free port; `allow` names the simulated Halo's host and port."""
    environment = {**os.environ, "PORTAL_DATA_DIR": str(data_dir), "PORTAL_OUTBOUND_ALLOW": allow}
    with _started("up", environment) as process:
        (address,) = _printed(process, r"The portal is at (\S+)")
        yield Shell(environment, address, process)


@dataclass(frozen=True)
class Demo:
    """What `portal demo` prints."""

    address: str
    admin_email: str
    admin_password: str
    support_email: str
    support_password: str
    base_url: str
    client_id: str
    client_secret: str
    site: str
    company_id: str
    public_key: str
    private_key: str


@contextmanager
def demo(data_dir: Path) -> Iterator[Demo]:
    """Run `portal demo` on free ports."""
    with _started("demo", {**os.environ, "PORTAL_DATA_DIR": str(data_dir)}) as process:
        yield Demo(*_printed(process, *DEMO_WORDS))


@contextmanager
def _started(verb: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = [*PORTAL, verb, "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:  # ours
        try:
            yield process
        finally:
            process.terminate()


def _printed(process: subprocess.Popen[str], *patterns: str) -> list[str]:
    """Read line by line until each pattern has been seen, in order; returns all their groups."""
    assert process.stdout is not None
    found: list[str] = []
    waiting = list(patterns)
    for line in process.stdout:
        if match := re.search(waiting[0], line):
            found += match.groups()
            waiting.pop(0)
        if not waiting:
            return found
    raise AssertionError(f"the portal ended without saying {waiting[0]}")
