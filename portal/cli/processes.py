"""`portal up`, `demo`, `web`, `worker`, `scheduler`: the long-running processes.

Imports are local to each command, so that a worker does not load the web code, nor the web server the supervisor.
"""

from __future__ import annotations

import logging
import os
import sys

import click

from portal import bootstrap, exposure, log
from portal.config import STARTED_BY_PORTAL, Config
from portal.errors import ConfigError
from portal.jobs.queue import ALERT_QUEUE, SYNC_QUEUE, WEBHOOK_QUEUE

port_option = click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 picks a free port."
)


@click.command()
@port_option
def up(port: int) -> None:
    """Serve a whole portal on this machine until stopped.

    Makes its keys and its database in the data directory, starts its own Valkey, the web, workers and the scheduler.
    """
    from portal.processes import embedded

    _log()
    embedded.up(port)


@click.command()
@port_option
def demo(port: int) -> None:
    """Try the portal with simulated PSAs, one account and two users."""
    from portal.processes import demo

    _log()
    logging.getLogger().setLevel(logging.WARNING)  # the table is the output that matters
    demo.run(port)


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="host:port, unix:path or fd://number.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True, help="Number of processes.")
@click.option("--threads", type=click.IntRange(1), default=16, show_default=True, help="Threads in each process.")
def web(bind: str, workers: int, threads: int) -> None:
    """Serve the pages and the webhook address."""
    from portal.processes.web import WebServer

    WebServer(_bound(), bind=bind, workers=workers, threads=threads).run()


@click.command()
@click.option(
    "--queue",
    type=click.Choice([SYNC_QUEUE, WEBHOOK_QUEUE, ALERT_QUEUE]),
    default=SYNC_QUEUE,
    show_default=True,
    help="Which jobs to run.",
)
def worker(queue: str) -> None:
    """Run jobs one at a time: syncs, reads after webhooks, or alerts. A portal needs a worker of each kind."""
    from portal.jobs import worker

    _bound(needs_redis=True)
    sys.exit(0 if worker.serve(queue) else 1)


@click.command()
def scheduler() -> None:
    """Start syncs when they are due and hand interrupted ones to a worker again."""
    from portal.jobs import scheduler

    _bound(needs_redis=True)
    scheduler.serve()


def _bound(*, needs_redis: bool = False) -> Config:
    _log()
    config = Config.from_env(os.environ)
    if needs_redis:
        _check_redis(config)
    bootstrap.bind(config)
    if not os.environ.get(STARTED_BY_PORTAL):
        exposure.warn(config)
    return config


def _log() -> None:
    log.configure(as_json=not sys.stderr.isatty())


def _check_redis(config: Config) -> None:
    if config.redis_url is None:
        raise ConfigError(
            "PORTAL_REDIS_URL isn't set, and no portal with a queue of its own is running here.",
            "Set it to a Redis or Valkey server, or use `portal up`.",
        )
