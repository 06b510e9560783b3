"""Opening the stores for one command."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from portal import bootstrap, db, log
from portal.config import Config
from portal.errors import PortalError


@contextmanager
def opened(*, any_version: bool = False) -> Iterator[Config]:
    """Bind this process and keep a database connection for the block; also a decorator for whole commands.

    Raises PortalError when the tables are older than the code, unless `any_version`.
    """
    config = configured()
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with db.connected():
        if not any_version and db.pending():
            raise PortalError("The database is not up to date.", "Run `portal db upgrade` first.")
        yield config


def configured() -> Config:
    """Read the environment and bind this process. A command speaks for itself, so only warnings are logged."""
    config = Config.from_env(os.environ)
    log.configure(as_json=False)
    logging.getLogger().setLevel(logging.WARNING)
    bootstrap.bind(config)
    return config
