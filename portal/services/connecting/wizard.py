"""The four steps of connecting a PSA: connect, choose data, webhooks, review and start."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
from peewee import IntegrityError

from portal import clock
from portal.db import db
from portal.errors import Conflict, Invalid, StillDeleting, Unavailable
from portal.models.accounts import Account, User
from portal.models.integrations import Integration, IntegrationState, WizardStep
from portal.models.switching import ClientPairing
from portal.models.sync import CountKind, RemoteList, RunKind, RunTrigger, SyncRun
from portal.psa.connect_form import ConnectForm
from portal.psa.diagnosis import Access, Diagnosis
from portal.psa.registry import NAMES, adapter_of
from portal.services.audit import audit_log, changes
from portal.services.audit.changes import Changes
from portal.services.connecting import connections, exclusivity, sources
from portal.services.connecting.connections import ConnectionValues
from portal.services.syncing import filter_versions, forecasting, scheduling, sync_runs
from portal.services.webhooks import webhook_secrets
from portal.sync import retirement
from portal.sync.filters import read, write
from portal.sync.record_types import RecordType, in_order

FORGOTTEN_AFTER: Final = timedelta(hours=24)
STEPS: Final = list(WizardStep)
SETUP_STARTED: Final = "integration.setup_started"


def find_draft(account: Account, psa: str) -> Integration | None:
    """Return the setup in progress, if there is one."""
    draft: Integration | None = Integration.get_or_none(
        Integration.account == account, Integration.psa == psa, Integration.state == IntegrationState.DRAFT
    )
    return draft


def peek(account: Account, psa: str) -> Integration:
    """Return the setup in progress, or the one that a new setup would start with. Stores nothing.

    While another PSA is active, everything but the start is possible. Raises Unavailable when the operator has not
    switched this PSA on, and Conflict when this one is connected already.
    """
    label = NAMES[psa].label
    if psa not in account.enabled_psas:
        raise Unavailable(
            f"The {label} integration is currently not available for your account.",
            "Contact your administrator or Scopable.",
        )
    known: Integration | None = Integration.get_or_none(Integration.account == account, Integration.psa == psa)
    if known is None:
        return Integration(account=account, psa=psa, record_types=[each.value for each in RecordType])
    if known.is_active:
        raise Conflict(f"{label} is already connected.", "Disconnect it first, on its Configuration tab.")
    if known.state == IntegrationState.DISCONNECTED:
        known.state, known.wizard_step = IntegrationState.DRAFT, WizardStep.CONNECT
    return known


def draft(account: Account, psa: str, user: User | None = None) -> Integration:
    """Return the setup in progress, or let `user` start one. Raises what `peek` raises."""
    try:
        with db.atomic():
            integration = peek(account, psa)
            if integration.id is None:
                integration.webhook_secret = webhook_secrets.new_secret()
            if integration.is_dirty():
                integration.touched_at = clock.now()
                integration.save()
                audit_log.record(account, user, SETUP_STARTED)
            return integration
    except IntegrityError:  # another tab was quicker
        return peek(account, psa)


def save_connection(integration: Integration, values: ConnectionValues, user: User | None = None) -> None:
    """Store step 1, and start the setup if nobody has saved one yet. Secrets are sealed at once.

    A change of any value invalidates a passed test.

    Raises Invalid naming the field. If a destination changes, the secrets must be entered again, so that no stored
    secret is ever sent to a new place. A fix that the last test offered does not count as a new place.
    """
    adapter = adapter_of(integration.psa)
    form = adapter.connect_form
    values = connections.normalized(integration.account_id, form, values)
    kept = [field for field in form.secrets if field.name not in values.secrets]
    if kept and integration.credentials is None:
        raise Invalid(kept[0].name, *kept[0].requires)
    if kept and _is_moved(integration, form, values) and not connections.is_offered(integration, values):
        problem = f"The address has changed, so enter the {kept[0].label} again."
        raise Invalid(kept[0].name, problem)
    changed = _changed(integration, form, values)
    with db.atomic():
        integration.__data__.update(draft(integration.account, integration.psa, user).__data__)
        integration.connection = dict(values.public)
        integration.limit_key = adapter.tenant_of(values.public).limit_key
        if values.secrets:
            integration.credentials = connections.with_secrets(integration, values.secrets)
        integration.touched_at = clock.now()
        integration.save()
        if changed:
            audit_log.record(integration.account, user, "integration.setup_saved", ", ".join(changed), changed)


def test_connection(integration: Integration, user: User | None) -> Diagnosis:
    """Test exactly the stored values. A pass opens the next step."""
    diagnosis = connections.test(integration, user)
    if diagnosis.ok:
        _reach(integration, WizardStep.DATA)
    return diagnosis


def is_tested(integration: Integration) -> bool:
    return connections.is_tested(integration)


def open_steps(integration: Integration) -> list[WizardStep]:
    """Return the steps that may be visited now, in order. Reopening the wizard leads to the last of them."""
    if not is_tested(integration):
        return [WizardStep.CONNECT]
    return STEPS[: STEPS.index(WizardStep(integration.wizard_step)) + 1]


def choose_data(
    integration: Integration,
    record_types: list[str],
    active_only: bool,  # noqa: FBT001  # a box
    user: User | None = None,
) -> None:
    """Store step 2; clients are always among the types. Filters from an earlier connection stay.

    Raises Invalid for a type that does not exist, and for one that the last test found refused.
    """
    chosen = parse_types(record_types)
    lists = connections.lists_of(integration)
    refused = [each for each in chosen if each in lists and lists[each].access == Access.REFUSED]
    if refused:
        raise Invalid(
            "record_types",
            f"{NAMES[integration.psa].name} doesn't let Scopable read {', '.join(refused)}.",
            f"Grant the permission in {NAMES[integration.psa].name} and test the connection again, or deselect them"
            " for now.",
        )
    integration.record_types = chosen
    integration.filters = write(msgspec.structs.replace(read(integration.filters), active_only=active_only))
    with db.atomic():
        _reach(integration, WizardStep.WEBHOOKS)
        which = "of active clients" if active_only else "of all clients"
        audit_log.record(integration.account, user, "integration.data_chosen", f"{', '.join(chosen)} {which}")


def finish_webhooks(integration: Integration, skipped: bool, user: User | None = None) -> None:  # noqa: FBT001  # a button
    """Store step 3."""
    integration.webhook_skipped = skipped
    with db.atomic():
        _reach(integration, WizardStep.REVIEW)
        audit_log.record(
            integration.account,
            user,
            "integration.webhooks_chosen",
            "skipped" if skipped else f"set up in {NAMES[integration.psa].name}",
        )


def start(integration: Integration, user: User | None) -> SyncRun:
    """Activate the integration and open its first run, both or neither.

    Raises Conflict when a step is missing or somebody was quicker, OtherPsaActive while another PSA is active.
    """
    if WizardStep.REVIEW not in open_steps(integration):
        raise Conflict("Setup isn't complete.", "Finish the remaining steps. What you entered is kept.")
    exclusivity.refuse_beside_other(integration.account, integration.psa)
    now = clock.now()
    try:
        with db.atomic():
            activated = Integration.update(
                state=IntegrationState.ACTIVE,
                activated_at=now,
                disconnected_at=None,
                problem="",
                remedy="",
                paused_at=None,
                **scheduling.first_times(integration),
            ).where(
                Integration.id == integration.id,
                Integration.state == IntegrationState.DRAFT,
                Integration.deletion_requested_at.is_null(),
            )
            if not activated.execute():
                raise _not_started(integration)
            sources.settle(integration)
            _note_lists(integration)
            retirement.request(integration.id)  # types that an earlier connection synced, and this one does not
            audit_log.record(integration.account, user, "integration.connected", integration.source_address)
            filter_versions.note(integration, user, {}, filter_versions.CONNECTED)
            trigger = RunTrigger.CLI if user is None else RunTrigger.WIZARD
            run = sync_runs.open_run(integration, kind=RunKind.INITIAL, trigger=trigger, user=user)
            _note_forecast(run, integration)
            return run
    except IntegrityError as error:
        other = exclusivity.other_active(integration.account, integration.psa)
        if other is None:
            raise
        raise exclusivity.refusal(integration.psa, other.psa) from error


def _not_started(integration: Integration) -> Conflict:
    """Explain why a setup that is complete could not be started."""
    label = NAMES[integration.psa].label
    if Integration.get_by_id(integration.id).deletion_requested_at is not None:
        return StillDeleting(
            f"The earlier records from {label} are still being deleted.", "Start again when that has finished."
        )
    return Conflict(f"{label} is already connected.", "See it on the dashboard.")


def forget_stale_drafts() -> int:
    """Delete setups that nobody has touched for 24 hours, with their secrets. Returns their number.

    One that was connected before goes back to `disconnected`, because its records are kept, and so does one whose
    clients have been paired.
    """
    stale = (Integration.state == IntegrationState.DRAFT) & (Integration.touched_at < clock.now() - FORGOTTEN_AFTER)
    if not Integration.select().where(stale).exists():  # checked every few seconds, and rarely true
        return 0
    paired = ClientPairing.select(ClientPairing.target)
    never_active = Integration.activated_at.is_null() & Integration.id.not_in(paired)
    with db.atomic():
        deleted: int = Integration.delete().where(stale, never_active).execute()
        parked: int = (
            Integration.update(state=IntegrationState.DISCONNECTED, credentials=None, tested_fingerprint=None)
            .where(stale)
            .execute()
        )
    return deleted + parked


def parse_types(record_types: list[str]) -> list[str]:
    """Return the chosen types in sync order, clients among them. Raises Invalid for a type that does not exist."""
    try:
        return [each.value for each in in_order(record_types)]
    except ValueError as error:
        raise Invalid("record_types", "One of these record types doesn't exist.") from error


def _reach(integration: Integration, step: WizardStep) -> None:
    """Open the wizard up to this step; going back closes nothing."""
    furthest = max(STEPS.index(step), STEPS.index(WizardStep(integration.wizard_step)))
    integration.wizard_step = STEPS[furthest]
    integration.touched_at = clock.now()
    integration.save()


def _note_forecast(run: SyncRun, integration: Integration) -> None:
    """Store the forecast, to be shown beside the actual figures."""
    promised = forecasting.of(integration, integration.record_types, active_only=integration.active_only)
    if promised is None:
        return
    run.forecast_requests, run.forecast_seconds = promised.requests, promised.seconds
    run.save(only=[SyncRun.forecast_requests, SyncRun.forecast_seconds])


def _changed(integration: Integration, form: ConnectForm, values: ConnectionValues) -> Changes:
    """Return the values that differ from those that are stored. A secret that is entered counts as changed."""
    stored = integration.connection
    before = {field.label: stored.get(field.name, "") for field in form.public}
    after = {field.label: values.public[field.name] for field in form.public}
    secrets = changes.replaced(field.label for field in form.secrets if field.name in values.secrets)
    changed = {**changes.differing(before, after), **secrets}
    return {field.label: changed[field.label] for field in form.fields if field.label in changed}


def _is_moved(integration: Integration, form: ConnectForm, values: ConnectionValues) -> bool:
    stored = integration.connection
    return any(
        values.public[field.name] != stored.get(field.name, "") for field in form.public if field.is_destination
    )


def _note_lists(integration: Integration) -> None:
    """Store what the test found out about each list, so that the first sync knows which page is the last."""
    for record_type, found in connections.lists_of(integration).items():
        if found.access == Access.GRANTED:
            seen = {"total": found.total, "page_size": found.page_size, "count_kind": CountKind.TOTAL}
            if not found.counted:
                seen |= {"total": None, "count_kind": CountKind.UNKNOWN}
            key = {"integration": integration, "record_type": record_type}
            columns = [RemoteList.integration, RemoteList.record_type]
            RemoteList.insert(key | seen).on_conflict(conflict_target=columns, update=seen).execute()
