"""Runs a whole portal with one command: keys, tables, Valkey, web, workers and scheduler."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

import click
import httpx

from portal import bootstrap, config, db, exposure
from portal.config import Config
from portal.processes import claim, keys, ports, valkey
from portal.processes.supervisor import Program, Stopped, Supervisor
from portal.services.audit import audit_log

WORKERS = 2


@dataclass(frozen=True)
class Embedded:
    """A portal during startup: its settings, and the environment for its child processes."""

    config: Config
    supervisor: Supervisor
    environment: dict[str, str]

    def start(self, listener_descriptor: int) -> None:
        """Start web, workers and scheduler. The web server uses the listening socket."""
        web = ["web", "--bind", f"fd://{listener_descriptor}"]
        self.supervisor.start(self._program("web", web, keeps_open=(listener_descriptor,)))
        for number in range(1, WORKERS + 1):
            self.supervisor.start(self._program(f"worker {number}", ["worker"]))
        self.supervisor.start(self._program("webhook worker", ["worker", "--queue", "webhooks"]))
        self.supervisor.start(self._program("alert worker", ["worker", "--queue", "alerts"]))
        self.supervisor.start(self._program("scheduler", ["scheduler"]))

    def _program(self, name: str, words: list[str], *, keeps_open: tuple[int, ...] = ()) -> Program:
        command = [sys.executable, "-m", "portal.cli", *words]
        return Program(name, command, environment=self.environment, keeps_open=keeps_open)


@contextmanager
def prepared(supervisor: Supervisor) -> Iterator[Embedded]:
    """Claim the data directory, create missing keys, migrate, and start Valkey unless Redis is configured.

    Raises Stopped if asked to stop during startup.
    """
    data_dir = config.data_dir_of(os.environ)
    with claim.claimed(data_dir), ExitStack() as stack:
        keys.make_missing(os.environ)
        environment = {**os.environ, "PORTAL_DATA_DIR": str(data_dir), config.STARTED_BY_PORTAL: "1"}
        settings = Config.from_env(environment)
        bootstrap.bind(settings)
        exposure.warn(settings)
        with db.connected():
            if applied := db.upgrade():
                audit_log.record(None, None, "database.upgraded", ", ".join(applied))
        if environment.get("PORTAL_REDIS_URL"):
            stack.enter_context(supervisor)
        else:
            program, url = stack.enter_context(valkey.embedded(settings))
            environment["PORTAL_REDIS_URL"] = url
            stack.enter_context(supervisor)
            supervisor.start(program)
            supervisor.wait_until(lambda: valkey.answers(url), what="Valkey")
        yield Embedded(settings, supervisor, environment)


@contextmanager
def served(portal: Embedded, port: int) -> Iterator[str]:
    """Yield the address once the web server responds there."""
    with ports.listen(port) as listener:
        taken = ports.port_of(listener)
        if port and taken != port:
            click.echo(f"Port {port} is taken; using {taken}.", err=True)
        portal.start(listener.fileno())
        address = f"http://{ports.LOCAL}:{taken}"
        portal.supervisor.wait_until(lambda: _answers(address), what="the web server")
        yield address


def up(port: int) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    with suppress(Stopped), prepared(Supervisor()) as portal, served(portal, port) as address:
        click.echo(f"The portal is at {address}")
        if portal.config.public_url:
            click.echo(f"Open it at {portal.config.public_url}, through your proxy.")
        portal.supervisor.watch()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2, trust_env=False).status_code < httpx.codes.INTERNAL_SERVER_ERROR
    except httpx.HTTPError:
        return False
