"""The four steps of connecting Halo: connect, choose data, webhooks, review and start."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
from peewee import IntegrityError

from portal import clock
from portal.db import db
from portal.errors import Conflict, Invalid, OtherPsaActive, Unavailable
from portal.models.accounts import Account, User
from portal.models.integrations import ACTIVE_STATES, Integration, IntegrationState, WizardStep
from portal.models.sync import CountKind, RemoteList, RunKind, RunTrigger, SyncRun
from portal.psa.diagnosis import Access, Diagnosis
from portal.services.audit import audit_log
from portal.services.connecting import connections, sources
from portal.services.connecting.connections import ConnectionValues
from portal.services.syncing import forecasting, scheduling, sync_runs
from portal.services.webhooks import webhook_secrets
from portal.sync import retirement
from portal.sync.filters import read, write
from portal.sync.record_types import RecordType, in_order

FORGOTTEN_AFTER: Final = timedelta(hours=24)
NOT_AVAILABLE: Final = "The Halo PSA integration is currently not available for your account."
OTHER_ACTIVE: Final = "Cannot activate HALO PSA: ConnectWise integration is already active"
DISCONNECT_FIRST: Final = "Only one PSA can be connected at a time. Disconnect ConnectWise first, then connect Halo."
ADDRESS_CHANGED: Final = "Enter the Client Secret again, because the address that it is sent to has changed."
STEPS: Final = list(WizardStep)
SETUP_STARTED: Final = "integration.setup_started"
DETAILS: Final = {
    "base_url": "Base URL",
    "auth_server": "Auth Server",
    "tenant": "Tenant",
    "client_id": "Client ID",
    "client_secret": "Client Secret",
}


def find_draft(account: Account) -> Integration | None:
    """Return the set-up in progress, if there is one."""
    draft: Integration | None = Integration.get_or_none(
        Integration.account == account, Integration.psa == "halo", Integration.state == IntegrationState.DRAFT
    )
    return draft


def peek(account: Account) -> Integration:
    """Return the set-up in progress, or what a new one would begin with; stores nothing.

    Raises Unavailable when the operator has not switched Halo on, OtherPsaActive while ConnectWise is active, and
    Conflict when Halo is connected already.
    """
    if "halo" not in account.enabled_psas:
        raise Unavailable(NOT_AVAILABLE, "Contact your administrator or Scopable.")
    _refuse_beside_other_psa(account)
    known: Integration | None = Integration.get_or_none(Integration.account == account, Integration.psa == "halo")
    if known is None:
        return Integration(account=account, psa="halo", record_types=[each.value for each in RecordType])
    if known.is_active:
        raise Conflict("HaloPSA is connected already.", "Disconnect it first, on its Configuration tab.")
    if known.state == IntegrationState.DISCONNECTED:
        known.state, known.wizard_step = IntegrationState.DRAFT, WizardStep.CONNECT
    return known


def draft(account: Account, user: User | None = None) -> Integration:
    """Return the set-up in progress, or begin one; `user` is who does. Raises what `peek` raises."""
    try:
        with db.atomic():
            integration = peek(account)
            if integration.id is None:
                integration.webhook_secret = webhook_secrets.new_secret()
            if integration.is_dirty():
                integration.touched_at = clock.now()
                integration.save()
                audit_log.record(account, user, SETUP_STARTED)
            return integration
    except IntegrityError:  # another tab was quicker
        return peek(account)


def save_connection(integration: Integration, values: ConnectionValues, user: User | None = None) -> None:
    """Store step 1, which begins a set-up that was only looked at so far; the secret is sealed at once.

    A test that had passed counts no longer if a value has changed.

    Raises Invalid naming the field. Where an address or the tenant changes, the secret must be given again, so that
    no stored secret is ever sent to a new place; a fix that the last test offered is no new place.
    """
    values = connections.tidied(integration.account_id, values)
    if values.client_secret is None:
        if integration.client_secret is None:
            raise Invalid("client_secret", "Client Secret is needed.", "Halo shows it once, when it is made.")
        moved = _places(integration) != (values.base_url, values.auth_server, values.tenant)
        if moved and not connections.is_offered(integration, values):
            raise Invalid("client_secret", ADDRESS_CHANGED)
    changed = _changed(integration, values)
    with db.atomic():
        integration.__data__.update(draft(integration.account, user).__data__)
        integration.base_url, integration.auth_server = values.base_url, values.auth_server
        integration.tenant, integration.client_id = values.tenant, values.client_id
        if values.client_secret is not None:
            integration.client_secret = values.client_secret
        integration.touched_at = clock.now()
        integration.save()
        if changed:
            audit_log.record(integration.account, user, "integration.setup_saved", ", ".join(changed))


def test_connection(integration: Integration, user: User | None) -> Diagnosis:
    """Test exactly what is stored. A pass opens the next step."""
    diagnosis = connections.test(integration, user)
    if diagnosis.ok:
        _reach(integration, WizardStep.DATA)
    return diagnosis


def is_tested(integration: Integration) -> bool:
    return connections.is_tested(integration)


def open_steps(integration: Integration) -> list[WizardStep]:
    """Return the steps that may be visited now, in order. The last one is where a return to the wizard goes on."""
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
            f"Halo does not let the agent read {', '.join(refused)}.",
            "Grant the permission in Halo and test the connection again, or leave them out for now.",
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
            integration.account, user, "integration.webhooks_chosen", "skipped" if skipped else "set up in Halo"
        )


def start(integration: Integration, user: User | None) -> SyncRun:
    """Activate the integration and open its first run, both or neither.

    Raises Conflict when a step is missing or somebody was quicker, OtherPsaActive while ConnectWise is active.
    """
    if WizardStep.REVIEW not in open_steps(integration):
        raise Conflict("The set-up is not complete.", "Go through the steps; what you entered is kept.")
    _refuse_beside_other_psa(integration.account)
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
            ).where(Integration.id == integration.id, Integration.state == IntegrationState.DRAFT)
            if not activated.execute():
                raise Conflict("HaloPSA is connected already.", "See it on the dashboard.")
            sources.settle(integration)
            _note_lists(integration)
            retirement.request(integration.id)  # types that an earlier connection synced, and this one does not
            audit_log.record(integration.account, user, "integration.connected", integration.base_url)
            trigger = RunTrigger.CLI if user is None else RunTrigger.WIZARD
            run = sync_runs.open_run(integration, kind=RunKind.INITIAL, trigger=trigger, user=user)
            _note_forecast(run, integration)
            return run
    except IntegrityError as error:
        raise OtherPsaActive(OTHER_ACTIVE, DISCONNECT_FIRST) from error


def forget_stale_drafts() -> int:
    """Forget the set-ups that nobody has touched for 24 hours, and their secrets with them; returns how many.

    One that was connected before goes back to `disconnected`, because its copied records are kept.
    """
    stale = (Integration.state == IntegrationState.DRAFT) & (Integration.touched_at < clock.now() - FORGOTTEN_AFTER)
    if not Integration.select().where(stale).exists():  # asked every few seconds, and hardly ever are there any
        return 0
    never_active = Integration.activated_at.is_null()
    with db.atomic():
        deleted: int = Integration.delete().where(stale, never_active).execute()
        parked: int = (
            Integration.update(state=IntegrationState.DISCONNECTED, client_secret=None, tested_fingerprint=None)
            .where(stale)
            .execute()
        )
    return deleted + parked


def parse_types(record_types: list[str]) -> list[str]:
    """Return the chosen types in sync order, clients among them. Raises Invalid for a type that does not exist."""
    try:
        return [each.value for each in in_order(record_types)]
    except ValueError as error:
        raise Invalid("record_types", "One of these record types does not exist.") from error


def _reach(integration: Integration, step: WizardStep) -> None:
    """Open the wizard up to this step; going back closes nothing."""
    furthest = max(STEPS.index(step), STEPS.index(WizardStep(integration.wizard_step)))
    integration.wizard_step = STEPS[furthest]
    integration.touched_at = clock.now()
    integration.save()


def _note_forecast(run: SyncRun, integration: Integration) -> None:
    """Keep what was promised, to be shown beside what it took."""
    promised = forecasting.of(integration, integration.record_types, active_only=integration.active_only)
    if promised is None:
        return
    run.forecast_requests, run.forecast_seconds = promised.requests, promised.seconds
    run.save(only=[SyncRun.forecast_requests, SyncRun.forecast_seconds])


def _changed(integration: Integration, values: ConnectionValues) -> list[str]:
    """Name the details that differ from what is stored. A secret that is given counts as changed."""
    return [
        label
        for name, label in DETAILS.items()
        if (new := getattr(values, name)) is not None
        and (name == "client_secret" or new != getattr(integration, name))
    ]


def _places(integration: Integration) -> tuple[str, str, str]:
    return integration.base_url, integration.auth_server, integration.tenant


def _refuse_beside_other_psa(account: Account) -> None:
    other = Integration.select().where(
        Integration.account == account, Integration.psa != "halo", Integration.state.in_(ACTIVE_STATES)
    )
    if other.exists():
        raise OtherPsaActive(OTHER_ACTIVE, DISCONNECT_FIRST)


def _note_lists(integration: Integration) -> None:
    """Keep what the test has seen of each list: the first sync knows then which page is the last."""
    for record_type, found in connections.lists_of(integration).items():
        if found.access == Access.GRANTED:
            seen = {"total": found.total, "page_size": found.page_size, "count_kind": CountKind.TOTAL}
            if not found.counted:
                seen |= {"total": None, "count_kind": CountKind.UNKNOWN}
            key = {"integration": integration, "record_type": record_type}
            columns = [RemoteList.integration, RemoteList.record_type]
            RemoteList.insert(key | seen).on_conflict(conflict_target=columns, update=seen).execute()
