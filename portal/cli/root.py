"""The top-level `portal` command, and its error output."""

from __future__ import annotations

import os
from typing import IO, Any, Final

import click
from peewee import PeeweeException

from portal.cli import (
    accounts,
    audits,
    bundles,
    database,
    filters,
    integrations,
    issues,
    limits,
    processes,
    records,
    sandboxes,
    schedules,
    sessions,
    sync,
    users,
    vaults,
    webhooks,
)
from portal.cli.output import say
from portal.errors import ConfigError, PortalError

PRIVATE: Final = 0o077  # no access for group and others


class CommandError(click.ClickException):
    """Prints the problem and the remedy, one line each."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy

    def show(self, file: IO[Any] | None = None) -> None:  # noqa: ARG002  # click's signature
        for line in (self.message, self.remedy):
            if line:
                say(line, err=True)


class WrongEnvironment(CommandError):
    exit_code = 2


class PortalGroup(click.Group):
    """Turns the portal's errors into messages and exit codes: 2 for an invalid environment, 1 for everything else."""

    def invoke(self, ctx: click.Context) -> Any:
        # Databases, exports, bundles and logs contain an MSP's records, so only the owner may read new files.
        before = os.umask(PRIVATE)
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise WrongEnvironment(error.problem, error.remedy) from error
        except PortalError as error:
            raise CommandError(error.problem, error.remedy) from error
        except PeeweeException as error:
            raise CommandError(f"Database error: {error}", "Check `portal db status`.") from error
        finally:
            os.umask(before)


@click.group(cls=PortalGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="scopable-portal", prog_name="portal")
def portal() -> None:
    """Connect an MSP's PSA and keep a read-only copy of its records.

    Settings come from the environment (PORTAL_DATA_DIR and others; see the README).
    """


for command in (
    *(processes.up, processes.demo, processes.web, processes.worker, processes.scheduler),
    *(accounts.account, users.user, integrations.integration, sync.sync, records.records, webhooks.webhook),
    *(filters.filters_, issues.issue),
    *(database.db_, vaults.vault_, audits.audit_, bundles.write_bundle, sandboxes.sandbox),
):
    portal.add_command(command)

for command in (schedules.schedule_, schedules.pause, schedules.resume):
    sync.sync.add_command(command)
for command in (sessions.sessions_, sessions.log_out):
    users.user.add_command(command)
integrations.integration.add_command(limits.limit)
