"""`portal integration limit`: an account's share of its PSA's rate limit."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any, Final

import click

from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, say
from portal.cli.targets import Target, active_integration, target_options
from portal.services.syncing import rate_limits
from portal.services.syncing.rate_limits import QuietHours

NONE: Final = "none"


class QuietHoursType(click.ParamType[QuietHours | str]):
    """Quiet hours such as 8-18:25: from 8 to 18 o'clock, at most 25 percent."""

    name = "from-until:percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> QuietHours | str:
        if value == NONE:
            return NONE
        if isinstance(value, QuietHours):
            return value
        found = re.fullmatch(r"(\d{1,2})-(\d{1,2}):(\d{1,3})", value, re.ASCII)
        if found is None:
            self.fail(
                f"{value!r} isn't quiet hours such as 8-18:25 (08:00 to 18:00, 25 percent), or {NONE}.", param, ctx
            )
        return QuietHours(*(int(part) for part in found.groups()))


@click.command()
@target_options
@click.option("--share", type=int, help="Percentage of the limit to use at most.")
@click.option("--quiet", type=QuietHoursType(), help=f"Quiet hours with a percentage, such as 8-18:25, or {NONE}.")
@click.option("--quota", type=int, help="Requests in each window agreed with the PSA; 0 for the usual limit.")
@json_option
@with_database()
def limit(
    target: Target, share: int | None, quiet: QuietHours | str | None, quota: int | None, *, as_json: bool
) -> None:
    """Show or change how much of the PSA's request limit syncs use."""
    one = active_integration(target)
    known = rate_limits.current(one)
    if (share, quiet, quota) != (None, None, None):
        rate_limits.change(
            one,
            known.share if share is None else share,
            known.quiet if quiet is None else (quiet if isinstance(quiet, QuietHours) else None),
            known.quota if quota is None else quota or None,
            None,
        )
        known = rate_limits.current(one)
    if as_json:
        print_json(asdict(known))
        return
    say(f"{known.used} of {known.limit} requests used in the last {known.window_seconds} seconds.")
    say(f"Syncs use {rate_limits.in_words(one, known.share, known.quiet, known.quota)}.")
