"""Runs `portal` commands with a database of their own, without a queue."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import CliRunner, Result

from portal.cli.root import portal
from portal.config import Config

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Shell:
    environment: dict[str, str]

    def run(self, *words: str, typed: str | None = None, **environment: str) -> Result:
        return CliRunner().invoke(portal, words, input=typed, env={**self.environment, **environment})

    def ok(self, *words: str, typed: str | None = None) -> str:
        """Run a command that must succeed; returns what it printed."""
        result = self.run(*words, typed=typed)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *words: str, typed: str | None = None) -> Any:
        return json.loads(self.ok(*words, "--json", typed=typed))


@pytest.fixture
def shell(config: Config) -> Iterator[Shell]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield Shell(
        {
            "PORTAL_DATA_DIR": str(config.data_dir),
            "PORTAL_SECRET_KEY": config.secret_key,
            "PORTAL_VAULT_KEY": base64.urlsafe_b64encode(config.vault_keys[0]).decode(),
        }
    )
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def northwind_shell(shell: Shell) -> Shell:
    """Run in a portal with an account that may connect Halo."""
    shell.ok("account", "create", "Northwind IT")
    shell.ok("account", "enable", "Northwind IT")
    return shell
