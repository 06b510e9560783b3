"""The embedded queue is private and persistent."""

from __future__ import annotations

import dataclasses
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from portal.config import Config, redis_url_file
from portal.processes import valkey
from portal.processes.supervisor import Supervisor


@contextmanager
def running(config: Config) -> Iterator[tuple[Supervisor, str]]:
    with valkey.embedded(config) as (program, url), Supervisor() as supervisor:
        supervisor.start(program)
        supervisor.wait_until(lambda: valkey.answers(url), what="Valkey")
        yield supervisor, url


def test_a_second_start_finds_what_the_first_one_kept(config: Config) -> None:
    with running(config) as (_, url), redis.Redis.from_url(url) as connection:
        connection.set("bell", "rung")
    with running(config) as (_, url), redis.Redis.from_url(url) as connection:
        assert connection.get("bell") == b"rung"


def test_a_kill_loses_nothing_that_was_acknowledged(config: Config) -> None:
    with running(config) as (supervisor, url), redis.Redis.from_url(url) as connection:
        connection.set("bell", "rung")
        supervisor._children[0].process.kill()
    with running(config) as (_, url), redis.Redis.from_url(url) as connection:
        assert connection.get("bell") == b"rung"


def test_other_commands_find_it_while_it_runs(config: Config) -> None:
    file = redis_url_file(config.data_dir)
    with running(config) as (_, url):
        assert file.read_text().strip() == url
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.exists()


def test_it_listens_on_no_network(config: Config) -> None:
    with running(config) as (_, url), redis.Redis.from_url(url) as connection:
        assert connection.config_get("port") == {"port": "0"}


def test_a_data_directory_with_a_long_and_odd_name_will_do(config: Config, tmp_path: Path) -> None:
    folder = tmp_path / ("a folder with spaces, % and ü " * 4)
    folder.mkdir()
    with running(dataclasses.replace(config, data_dir=folder)) as (_, url):
        assert valkey.answers(url)


def test_a_server_that_is_not_there_does_not_answer(tmp_path: Path) -> None:
    assert not valkey.answers(f"unix://{tmp_path}/nobody.sock")
