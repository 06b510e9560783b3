"""`portal sync schedule`, `pause`, `resume`: an account's automatic syncs."""

from __future__ import annotations

from typing import Any

import click

from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, say
from portal.cli.parameters import CommaSeparated
from portal.cli.targets import Target, active_integration, target_options
from portal.models.integrations import Integration
from portal.services.syncing import scheduling
from portal.sync.schedule import HOURS, INTERVALS, WEEK, Schedule, Weekday, at, write

EVERY = click.Choice([str(minutes) for minutes in INTERVALS])


@click.command("schedule")
@target_options
@click.option("--every", type=EVERY, help="Minutes between syncs.")
@click.option(
    "--hours",
    type=CommaSeparated(click.IntRange(HOURS[0], HOURS[-1])),
    help="Sync at these hours instead, such as 8,12,17.",
)
@click.option(
    "--weekdays",
    type=CommaSeparated(click.Choice(Weekday, case_sensitive=False)),
    help="Days for --hours, such as mon,tue. Default: every day.",
)
@click.option("--full-hour", type=click.IntRange(HOURS[0], HOURS[-1]), help="Hour of the nightly full sync.")
@json_option
@with_database()
def schedule_(
    target: Target,
    every: str | None,
    hours: list[int] | None,
    weekdays: list[Weekday] | None,
    full_hour: int | None,
    *,
    as_json: bool,
) -> None:
    """Show or change an account's schedule. Hours are in the account's time zone."""
    one = active_integration(target)
    wanted = _wanted(every, hours, weekdays)
    if wanted or full_hour is not None:
        plan = scheduling.plan(one)
        scheduling.change(one, wanted or plan.schedule, plan.full_hour if full_hour is None else full_hour, None)
    _show(one, as_json=as_json)


@click.command()
@target_options
@with_database()
def pause(target: Target) -> None:
    """Pause scheduled syncs until `portal sync resume`. A running sync continues."""
    scheduling.pause(active_integration(target), None)
    say("Paused. Resume with `portal sync resume`.")


@click.command()
@target_options
@with_database()
def resume(target: Target) -> None:
    """Resume scheduled syncs. One sync makes up for those that were missed."""
    one = active_integration(target)
    scheduling.resume(one, None)
    _show(one, as_json=False)


def _wanted(every: str | None, hours: list[int] | None, weekdays: list[Weekday] | None) -> Schedule | None:
    if every is not None and (hours or weekdays):
        raise click.UsageError("--every can't be combined with --hours or --weekdays.")
    if weekdays and not hours:
        raise click.UsageError("--weekdays needs --hours.")
    if every is not None:
        return Schedule(minutes=int(every))
    return at(hours, weekdays or WEEK) if hours else None


def _show(one: Integration, *, as_json: bool) -> None:
    plan = scheduling.plan(one)
    if as_json:
        print_json(_as_json(plan, one))
        return
    say(f"Syncs {plan.words} {plan.time_zone}.")
    if plan.paused_at:
        say(f"Paused since {plan.paused_at:%Y-%m-%d %H:%M} UTC.")
    elif plan.next_sync_at:
        say(f"Next: {plan.next_sync_at:%Y-%m-%d %H:%M:%S} UTC.")


def _as_json(plan: scheduling.Plan, one: Integration) -> dict[str, Any]:
    return {
        "schedule": write(plan.schedule),
        "full_hour": plan.full_hour,
        "time_zone": plan.time_zone,
        "paused_at": plan.paused_at,
        "next_sync_at": one.next_sync_at,
        "next_full_at": one.next_full_at,
    }
