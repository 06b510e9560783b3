"""Security warnings at startup, with what to do about them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from portal import exposure
from portal.config import Config


@pytest.fixture(autouse=True)
def as_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def test_running_as_root_is_warned_about(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    config.data_dir.chmod(0o700)
    assert exposure.warnings(config) == []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    (warning,) = exposure.warnings(config)
    assert warning.startswith("The portal runs as root")


@pytest.mark.parametrize(
    "url",
    [
        "redis://queue.example:6379/0",
        "redis://10.0.0.5",
        "rediss://queue.example",
        "redis://user@queue.example",
        "redis://:@queue.example",
        "redis://0.0.0.0:6379",
        "redis://[fd00::5]:6379",
    ],
)
def test_a_redis_on_the_network_without_a_password_is_warned_about(config: Config, url: str) -> None:
    (warning,) = [each for each in exposure.warnings(replace(config, redis_url=url)) if "Redis" in each]
    assert "without a password" in warning
    assert "PORTAL_REDIS_URL" in warning


@pytest.mark.parametrize(
    "url",
    [
        None,
        "unix:///run/valkey.sock",
        "redis://localhost:6379",
        "redis://127.0.0.1:6379/0",
        "redis://127.8.0.1",
        "redis://[::1]:6379",
        "redis://:secret@queue.example",
        "redis://user:secret@queue.example",
        "redis://queue.example?password=secret",
        "rediss://queue.example?ssl_certfile=/etc/portal/client.pem",
    ],
)
def test_a_private_redis_is_fine(config: Config, url: str | None) -> None:
    assert not [each for each in exposure.warnings(replace(config, redis_url=url)) if "Redis" in each]


def test_a_warning_never_shows_the_password(config: Config) -> None:
    shown = exposure.warnings(replace(config, redis_url="redis://:hunter2@queue.example"))
    assert "hunter2" not in repr(shown)


def test_a_private_data_directory_is_fine(config: Config) -> None:
    config.data_dir.chmod(0o700)
    (config.data_dir / "portal.sqlite3").chmod(0o644)  # behind a closed door
    assert exposure.warnings(config) == []


@pytest.mark.parametrize("mode", [0o755, 0o701, 0o704, 0o777])
def test_an_open_data_directory_is_warned_about(config: Config, mode: int) -> None:
    config.data_dir.chmod(mode)
    (config.data_dir / "portal.sqlite3").chmod(0o600)
    (warning,) = exposure.warnings(config)
    assert f"chmod 700 {config.data_dir}" in warning


@pytest.mark.parametrize("mode", [0o644, 0o666, 0o604])
def test_a_world_readable_database_is_warned_about(config: Config, tmp_path: Path, mode: int) -> None:
    config.data_dir.chmod(0o755)
    (config.data_dir / "portal.sqlite3").chmod(mode)
    assert any("read the database" in warning and "chmod 600" in warning for warning in exposure.warnings(config))


def test_a_database_elsewhere_is_checked_too(config: Config, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "copy.sqlite3").write_bytes(b"")
    (folder / "copy.sqlite3").chmod(0o644)
    config.data_dir.chmod(0o700)
    (warning,) = exposure.warnings(replace(config, database_url=f"sqlite:///{folder}/copy.sqlite3"))
    assert str(folder / "copy.sqlite3") in warning


@pytest.mark.parametrize("url", ["postgresql://db.example/portal", "sqlite:////nowhere/portal.sqlite3"])
def test_a_database_server_is_not_checked(config: Config, url: str) -> None:
    config.data_dir.chmod(0o700)
    assert exposure.warnings(replace(config, database_url=url)) == []
