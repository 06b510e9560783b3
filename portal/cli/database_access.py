"""Binds a command's process and opens the database."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from portal import bootstrap, db, log
from portal.config import Config
from portal.errors import PortalError


@contextmanager
def with_database(*, any_version: bool = False) -> Iterator[Config]:
    """Bind this process and open a database connection for the block. Also usable as a decorator of commands.

    Unless `any_version`, raises PortalError if migrations are pending or the database belongs to another version.
    """
    config = configured()
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with db.connected():
        if not any_version:
            db.refuse_other_versions()
            if db.pending():
                raise PortalError("The database is not up to date.", "Run `portal db upgrade` first.")
        yield config


def configured() -> Config:
    """Read the environment and bind this process. Commands print their own output, so only warnings are logged."""
    config = Config.from_env(os.environ)
    log.configure(as_json=False)
    logging.getLogger().setLevel(logging.WARNING)
    bootstrap.bind(config)
    return config
