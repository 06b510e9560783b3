"""`portal integration`: connects a PSA from the shell, using the same services as the wizard."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from portal.cli import secret_input
from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, say
from portal.cli.parameters import RECORD_TYPES, account_option
from portal.cli.targets import Target, active_integration, target_options
from portal.errors import PortalError
from portal.jobs.sync import ring
from portal.models.integrations import Integration
from portal.models.sync import SyncRun
from portal.psa.adapter import PsaAdapter
from portal.psa.connect_form import ConnectField, FieldKind
from portal.psa.diagnosis import Diagnosis
from portal.psa.registry import ADAPTERS, adapter_of
from portal.services.accounts import accounts
from portal.services.connecting import filter_choices, integrations, wizard
from portal.services.connecting.connections import ConnectionValues
from portal.services.pages import integration_status
from portal.services.records import stored_records
from portal.services.syncing import filter_words
from portal.sync.filters import read, write
from portal.sync.record_types import RecordType, in_order


class NotConnected(PortalError):
    """The connection test failed; the message names the option to correct."""


@click.group()
def integration() -> None:
    """Connect an account's PSA, test the connection and disconnect it."""


@integration.group()
def connect() -> None:
    """Connect a PSA and start its first sync, as the wizard does."""


def _connect(
    adapter: PsaAdapter, account: str, types: list[RecordType], entered: dict[str, Any], *, active_only: bool
) -> None:
    form = adapter.connect_form
    secrets = {
        each.name: secret_input.read_secret(each.label, from_stdin=entered[f"{each.name}_stdin"])
        for each in form.secrets
    }
    values = ConnectionValues({each.name: entered[each.name] for each in form.public}, secrets)
    draft = wizard.draft(accounts.get(account), adapter.slug)
    wizard.save_connection(draft, values)
    agent = _passed(wizard.test_connection(draft, None)).agent
    say(_connected(agent))
    wizard.choose_data(draft, [each.value for each in types], active_only)
    wizard.finish_webhooks(draft, skipped=True)
    run: SyncRun = wizard.start(draft, None)
    ring(run)
    say(f"Started the first sync, run {run.id}. Follow it with `portal sync status --account {account!r}`.")


def connect_command(adapter: PsaAdapter) -> click.Command:
    """Make the command `connect <psa>`, with an option for each field of the PSA's connect form."""

    @click.command(adapter.slug, help=f"Connect {adapter.label} and start its first sync.")
    @account_option
    @click.option(
        "--types", type=RECORD_TYPES, default=list(RecordType), help="Comma-separated record types. Default: all."
    )
    @click.option("--active-only", is_flag=True, help="Exclude inactive clients and their records.")
    @with_database()
    def command(account: str, types: list[RecordType], *, active_only: bool, **entered: Any) -> None:
        _connect(adapter, account, types, entered, active_only=active_only)

    for field in adapter.connect_form.fields:
        command.params.append(_option(field))
    return command


def _option(field: ConnectField) -> click.Option:
    flag = field.name.replace("_", "-")
    if field.kind == FieldKind.SECRET:
        text = f"Read the {field.label} from standard input."
        return click.Option([f"--{flag}-stdin"], is_flag=True, help=text)
    if field.missing:
        return click.Option([f"--{flag}"], required=True, help=field.help)
    return click.Option([f"--{flag}"], default="", help=field.help)


for each in ADAPTERS.values():
    connect.add_command(connect_command(each))


@integration.command()
@target_options
@json_option
@with_database()
def test(target: Target, *, as_json: bool) -> None:
    """Test the stored connection; exits with 1 if it fails."""
    one = active_integration(target)
    diagnosis = integrations.test_again(one, None)
    if as_json:
        print_json(_as_json(diagnosis))
    elif diagnosis.ok:
        say(_connected(diagnosis.agent))
        for each, seen in diagnosis.lists.items():
            say(f"  {each}: {seen.access}. {seen.problem} {seen.remedy}".rstrip())
        for advice in diagnosis.advice:
            say(f"{advice.problem} {advice.remedy}")
    _passed(diagnosis)


@integration.command()
@target_options
@json_option
@with_database()
def status(target: Target, *, as_json: bool) -> None:
    """Show what is connected, and any problem with it."""
    one = active_integration(target)
    if as_json:
        print_json(_status(one))
        return
    now = integration_status.status(one)
    label = adapter_of(one.psa).label
    login = f", as {one.agent_name}" if one.agent_name else ""
    say(f"{label} at {one.source_address}{login}: {integration_status.LABELS[now.condition]}.")
    say(f"Syncs {', '.join(one.record_types)}{' of active clients' if one.active_only else ''}.")
    for line in (now.problem, now.remedy):
        if line:
            say(line)
    if one.problem and one.credentials_retry_at:
        say(f"Next try at {one.credentials_retry_at:%H:%M} UTC, then once an hour.")


@integration.command()
@target_options
@json_option
@with_database()
def filters(target: Target, *, as_json: bool) -> None:
    """Show which record types are synced, and their filters."""
    one = active_integration(target)
    chosen = read(one.filters)
    if as_json:
        print_json({"record_types": one.record_types, "filters": write(chosen)})
        return
    names = filter_choices.known_names(one, chosen)
    for record_type in in_order(one.record_types):
        say(f"{record_type}: {'; '.join(filter_words.in_words(chosen, record_type, names)) or 'all'}")


@integration.command()
@target_options
@click.option(
    "--keep-records/--delete-records",
    default=None,
    help="What happens to the records synced so far. Asks if neither is given; with --yes, they are kept.",
)
@click.option("--yes", is_flag=True, help="Don't ask.")
@with_database()
def disconnect(target: Target, *, keep_records: bool | None, yes: bool) -> None:
    """Stop syncing and delete the credentials, and the records if you choose so."""
    one = active_integration(target)
    if not yes:
        click.confirm("Stop syncing and delete the credentials?", abort=True)
    if keep_records is None:
        keep_records = yes or click.confirm("Keep the records synced so far?", default=True)
    integrations.disconnect(one, None, keep_records=keep_records)
    say(f"Disconnected. Synced records are {'kept' if keep_records else 'being deleted in the background'}.")


def _passed(diagnosis: Diagnosis) -> Diagnosis:
    if not diagnosis.ok:
        where = f" (--{diagnosis.field.replace('_', '-')})" if diagnosis.field else ""
        raise NotConnected(f"{diagnosis.problem}{where}", diagnosis.remedy)
    return diagnosis


def _connected(login: str) -> str:
    return f"Connected as {login}." if login else "Connected."


def _as_json(diagnosis: Diagnosis) -> dict[str, object]:
    """Return the diagnosis as JSON that scripts rely on, with the permission for each record type."""
    report = {name: value for name, value in asdict(diagnosis).items() if name != "lists"}
    return {**report, "permissions": {each: seen.access for each, seen in diagnosis.lists.items()}}


def _status(one: Integration) -> dict[str, object]:
    now = integration_status.status(one)
    return {
        "psa": one.psa,
        "state": one.state,
        **one.connection,
        "agent": one.agent_name,
        "record_types": one.record_types,
        "active_only": one.active_only,
        "next_sync_at": one.next_sync_at,
        "condition": now.condition,
        "problem": now.problem,
        "remedy": now.remedy,
        "records": stored_records.counts(one),
    }
