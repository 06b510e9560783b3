"""What is open to others is said at start, with what to do about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal import exposure
from portal.config import Config


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
def test_a_redis_that_others_cannot_use_is_fine(config: Config, url: str | None) -> None:
    assert not [each for each in exposure.warnings(replace(config, redis_url=url)) if "Redis" in each]


def test_a_warning_never_shows_the_password(config: Config) -> None:
    shown = exposure.warnings(replace(config, redis_url="redis://:hunter2@queue.example"))
    assert "hunter2" not in repr(shown)
