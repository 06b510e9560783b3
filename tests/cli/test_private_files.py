"""Files that a command writes are private to their owner, whatever the shell's umask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import db
from tests.cli.conftest import Shell
from tests.halo_fixtures import Copy, copy, halo

__all__ = ["copy", "halo"]


@pytest.fixture(autouse=True)
def generous() -> Iterator[None]:
    """Be in a shell whose files all can read, as most are."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_database_is_private_even_in_an_open_folder(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o755)
    result = shell.run("db", "upgrade", PORTAL_DATA_DIR=str(folder))
    assert result.exit_code == 0, result.output
    assert {mode(path) for path in folder.iterdir()} == {0o600}
    assert (folder / "portal.sqlite3").exists()


def test_a_new_data_directory_is_private(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    assert shell.run("db", "upgrade", PORTAL_DATA_DIR=str(folder)).exit_code == 0
    assert (mode(folder), mode(folder.parent), mode(folder / "portal.sqlite3")) == (0o700, 0o700, 0o600)


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_export_is_private(form: str, shell: Shell, copy: Copy, tmp_path: Path) -> None:
    copy.sync("clients")
    file = tmp_path / "export"
    shell.ok("records", "export", "--account", "Northwind IT", "--format", form, "--output", str(file))
    assert mode(file) == 0o600


def test_a_support_bundle_is_private(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "bundle.zip"
    shell.ok("support-bundle", str(file))
    assert mode(file) == 0o600


def test_the_write_queues_lock_file_is_private(database: None, tmp_path: Path) -> None:
    with db.write_queue():
        assert mode(tmp_path / "portal.sqlite3-turns") == 0o600


def test_a_command_leaves_the_umask_of_its_caller_alone(shell: Shell) -> None:
    shell.ok("account", "list")
    assert os.umask(0o022) == 0o022
