"""Loading, opening, executing and cancelling sync runs."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from peewee import IntegrityError, PeeweeException

from portal import clock, log
from portal.db import db, storage_problem
from portal.errors import (
    Conflict,
    FencedOut,
    Invalid,
    NotFound,
    PsaError,
    PsaRefusedCredentials,
    PsaUnavailable,
    SyncAlreadyRunning,
    VaultError,
)
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.sync import (
    LIVE_STATES,
    RunKind,
    RunState,
    RunTrigger,
    StepMode,
    StepState,
    SyncRun,
    SyncStep,
)
from portal.psa.adapter import PsaClient
from portal.psa.registry import adapter_of
from portal.services.audit import audit_log
from portal.services.connecting import connections, refused_credentials
from portal.services.connecting.request_meter import own_policy
from portal.services.syncing import rate_limits, run_endings, run_words
from portal.sync import budget, logbook
from portal.sync.engine import Engine
from portal.sync.lease import RunLease, claim, is_claimable
from portal.sync.record_types import RecordType
from portal.sync.request_reservation import RequestReservation
from portal.sync.steps import close_open_steps, counts

# Each try fails only if the run in the way ends before it can be read.
MOST_TRIES: Final = 5
NOTHING_RUNS: Final = "No sync is running."
BY_PEOPLE: Final = (RunTrigger.USER, RunTrigger.FILTERS, RunTrigger.WIZARD, RunTrigger.CLI)


def open_run(
    integration: Integration,
    *,
    kind: RunKind,
    trigger: RunTrigger,
    user: User | None = None,
    record_types: list[str] | None = None,
    remote_ids: list[int] | None = None,
) -> SyncRun:
    """Create a queued run with a step for each chosen type, or for `record_types` among them.

    `remote_ids` are single records of the one type in `record_types`.

    Raises SyncAlreadyRunning with the id of the live run, if there is one, and Invalid if no type is left.
    """
    chosen = [name for name in integration.record_types if record_types is None or name in record_types]
    if not chosen:
        raise Invalid("record_types", "None of these record types are synced.", "Choose them under Sync Filters.")
    for _ in range(MOST_TRIES):
        try:
            return _create_run(integration, chosen, kind, trigger, user, remote_ids)
        except IntegrityError as error:
            with suppress(NotFound):  # the run that was in the way may have ended by now
                raise SyncAlreadyRunning(live_run(integration).id) from error
    raise Conflict("Other syncs keep starting and ending right now.", "Try again in a moment.")


def _create_run(
    integration: Integration,
    chosen: list[str],
    kind: RunKind,
    trigger: RunTrigger,
    user: User | None,
    remote_ids: list[int] | None,
) -> SyncRun:
    """Create the run and its steps, or neither. Raises IntegrityError while another run is live."""
    with db.atomic():
        run: SyncRun = SyncRun.create(
            integration=integration,
            kind=kind,
            trigger=trigger,
            started_by=user,
            filters=integration.filters,
        )
        mode = StepMode.FULL if remote_ids is None else StepMode.RECORDS
        for position, record_type in enumerate(chosen):
            SyncStep.create(run=run, position=position, record_type=record_type, mode=mode, remote_ids=remote_ids)
        _note_start(run, chosen, remote_ids)
        if trigger in BY_PEOPLE:
            words = run_words.in_one_line(run, chosen, remote_ids)
            audit_log.record(integration.account, user, "sync.started", words)
        return run


def _note_start(run: SyncRun, chosen: list[str], remote_ids: list[int] | None) -> None:
    """Log who started the run. For a run for a single record, the line is about that record."""
    by = run_words.started_by(run)
    if remote_ids is None:
        logbook.note(run, f"Sync started by {by}: {', '.join(chosen)}.")
        return
    psa, record_type = adapter_of(run.integration.psa).name, chosen[0]
    for remote_id in remote_ids:
        message = f"Looking up {RecordType(record_type).singular} {remote_id} in {psa}, started by {by}."
        logbook.note(run, message, record_type=record_type, remote_id=remote_id)


def get(integration: Integration, run_id: int) -> SyncRun:
    """Return a run of the integration. Raises NotFound if there is none with this id."""
    run: SyncRun | None = SyncRun.get_or_none(SyncRun.id == run_id, SyncRun.integration == integration)
    if run is None:
        raise NotFound("There is no such run.", "The Data Sync tab lists the runs.")
    return run


def by_id(run_id: int) -> SyncRun:
    """Return a run by an id that a service has returned, such as that of SyncAlreadyRunning."""
    run: SyncRun = SyncRun.get_by_id(run_id)
    return run


def newest_first(limit: int, integration: Integration | None = None) -> list[SyncRun]:
    """Return the latest runs of one integration, or of all."""
    query = SyncRun.select().order_by(SyncRun.id.desc()).limit(limit)
    return list(query if integration is None else query.where(SyncRun.integration == integration))


def live_run(integration: Integration) -> SyncRun:
    """Return the run that is queued, running or waiting. Raises NotFound if there is none."""
    run: SyncRun | None = SyncRun.get_or_none(SyncRun.integration == integration, SyncRun.state.in_(LIVE_STATES))
    if run is None:
        raise NotFound(NOTHING_RUNS)
    return run


def steps_of(run: SyncRun) -> list[SyncStep]:
    return list(SyncStep.select().where(SyncStep.run == run).order_by(SyncStep.position))


def execute(run_id: int) -> None:
    """Work on the run until it ends or must wait. Does nothing if another worker has it.

    Unexpected errors release the run for another attempt, and are raised.
    """
    lease = claim(run_id)
    if lease is None:
        return
    try:
        _work(lease)
    except FencedOut:
        log.get(__name__).info("another worker took over the run, or it was stopped", run=run_id)


def _work(lease: RunLease) -> None:
    run = SyncRun.get_by_id(lease.run_id)
    if run.crashes >= run_endings.MOST_CRASHES:
        run_endings.fail(lease, run, *run_endings.crash_report(run))
        return
    try:
        integration: Integration = run.integration
        reservation = RequestReservation(lambda: rate_limits.policy(integration))
        connection, open_client = connections.opened(integration), adapter_of(integration.psa).open_client
        with open_client(connection, patient=run.waits == 0, check_rate_limit=reservation.gate) as client:
            _log_in(lease, run, client)
            state = Engine(lease, client, reservation).run()
    except FencedOut:
        raise
    except PsaRefusedCredentials as error:
        run_endings.wait_for_credentials(lease, run.id, error)
    except VaultError as error:
        run_endings.fail(lease, run, error.problem, error.remedy)
        refused_credentials.ask_for_attention(run.integration, error)
    except PsaUnavailable as error:
        run_endings.wait(lease, run.id, error)
    except PsaError as error:
        run_endings.fail(lease, run, error.problem, error.remedy)
    except Exception as error:
        trouble = storage_problem(error)
        with suppress(FencedOut, PeeweeException):
            if trouble is None:
                lease.release_after_crash()
            else:
                run_endings.wait(lease, run.id, PsaUnavailable(*trouble))
        raise
    else:
        log.get(__name__).info("run ended", run=run.id, state=state.value)


def request_cancel(integration: Integration, user: User | None = None) -> None:
    """Ask the live run to stop. A run that no worker has stops at once. `user` is None for the command line.

    Asking again changes nothing. Raises NotFound if no run is live.
    """
    run, now, by = live_run(integration), clock.now(), run_words.person(user)
    mine = SyncRun.id == run.id
    with db.atomic():
        idle = SyncRun.update(state=RunState.CANCELLED, finished_at=now, cancel_requested_at=now).where(
            mine, SyncRun.state.in_([RunState.QUEUED, RunState.WAITING])
        )
        busy = SyncRun.update(cancel_requested_at=now).where(
            mine, SyncRun.state.in_(LIVE_STATES), SyncRun.cancel_requested_at.is_null()
        )
        if idle.execute():
            close_open_steps(run, StepState.CANCELLED)
            logbook.note(run, f"Sync cancelled by {by}. Records synced before that are kept.")
        elif busy.execute():
            logbook.note(run, f"Cancel requested by {by}.")
        elif SyncRun.get_by_id(run.id).is_live:
            return
        else:
            raise NotFound(NOTHING_RUNS)
        audit_log.record(integration.account, user, "sync.cancelled", f"run {run.id}")


def stop_for_good(integration: Integration, user: User | None = None) -> None:
    """End the live run, if any, at once; its worker is fenced out. Call it inside a transaction."""
    for run in SyncRun.select().where(SyncRun.integration == integration, SyncRun.state.in_(LIVE_STATES)):
        SyncRun.update(
            state=RunState.CANCELLED, finished_at=clock.now(), fencing_token=SyncRun.fencing_token + 1
        ).where(SyncRun.id == run.id).execute()
        close_open_steps(run, StepState.CANCELLED)
        by = run_words.person(user)
        logbook.note(run, f"Sync cancelled: {by} disconnected the integration. Records synced before that are kept.")


def claimable() -> list[SyncRun]:
    """Return the runs that need a worker: queued, due after a wait, or left by a worker that died."""
    return list(SyncRun.select().where(is_claimable(clock.now())))


def report(run: SyncRun) -> dict[str, Any]:
    """Return the run as `portal sync run --json` prints it. `seconds` is its duration."""
    run = SyncRun.get_by_id(run.id)
    end = run.finished_at or clock.now()
    return {
        "run": run.id,
        "state": run.state,
        "kind": run.kind,
        "seconds": round((end - run.started_at).total_seconds(), 3) if run.started_at else 0.0,
        "requests": run.requests,
        "problem": run.problem,
        "remedy": run.remedy,
        "steps": {step.record_type: _step_report(step) for step in steps_of(run)},
    }


def _step_report(step: SyncStep) -> dict[str, Any]:
    # `left_out` is a public name that scripts rely on.
    return {"left_out" if name == "filtered_out" else name: count for name, count in counts(step).items()}


def _log_in(lease: RunLease, run: SyncRun, client: PsaClient) -> None:
    """If the PSA refused the credentials lately, check them before the sync."""
    is_new = lease.fencing_token == 1 and run.trigger in (RunTrigger.USER, RunTrigger.CLI)
    try:
        refused_credentials.log_in(run.integration, client, asked_by_person=is_new)
    finally:
        if client.requests:
            budget.add(own_policy(run.integration.account_id), client.requests)
            with lease.writing(requests=SyncRun.requests + client.requests):
                for call in client.take_unanswered():
                    logbook.note_no_answer(run, client.name, call)
