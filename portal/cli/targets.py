"""The integration that a command is about: the options that name it, and the functions that find it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import click

from portal.cli.parameters import account_option
from portal.models.integrations import Integration
from portal.psa.registry import ADAPTERS
from portal.services.accounts import accounts
from portal.services.connecting import account_integrations, integrations

PSA: Final = click.Choice(list(ADAPTERS))


class Target(NamedTuple):
    """An account's name, and a PSA; None stands for the PSA that the account uses."""

    account: str
    psa: str | None


def target_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --account and --psa to a command, which gets both as its argument `target`."""

    @account_option
    @click.option("--psa", type=PSA, help="Needed if two PSAs are set up but neither is active.")
    @functools.wraps(command)
    def with_target(*arguments: Any, account: str, psa: str | None, **options: Any) -> Any:
        return command(*arguments, target=Target(account, psa), **options)

    return with_target


def source_integration(target: Target) -> Integration:
    """Return the integration that the account's records came from: the active one, or else the only one.

    Raises NotFound if there is none, and UsageError if --psa has to choose.
    """
    found = account_integrations.candidates(accounts.get(target.account), target.psa)
    if len(found) > 1:
        choices = " or ".join(f"--psa {each.psa}" for each in found)
        raise click.UsageError(f"{target.account} has more than one PSA set up, and none is active. Add {choices}.")
    return found[0]


def active_integration(target: Target) -> Integration:
    """Return the account's active integration. Raises NotFound if there is none, and UsageError as above."""
    known = source_integration(target)
    return integrations.active(known.account, known.psa)
