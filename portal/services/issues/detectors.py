"""Judges facts: one function for each kind of problem. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from portal.models.issues import IssueKind, Severity
from portal.models.sync import StepState
from portal.psa.diagnosis import Access
from portal.services.issues.facts import Facts
from portal.services.issues.findings import LONGEST_SUBJECT, Finding
from portal.services.syncing.last_steps import LastStep
from portal.services.syncing.run_words import listed
from portal.sync.record_types import RecordType

# Enough to sync them again one by one.
MOST_IDS: Final = 100
# The request limit is a problem once syncs are held up for half of the day.
HELD_UP_TOO_LONG: Final = timedelta(hours=12)

# What the end of a sync decides.
BY_SYNC: Final = frozenset(
    {IssueKind.PERMISSION_LOST, IssueKind.SYNC_FAILED, IssueKind.SYNC_INCOMPLETE, IssueKind.RECORDS_FAILED}
)
# What nobody can tell while the PSA refuses the credentials, because nothing is read.
BY_READING: Final = BY_SYNC | {IssueKind.BEHIND_SCHEDULE, IssueKind.WEBHOOK_SILENT, IssueKind.BUDGET_USED_UP}


def detect(facts: Facts) -> list[Finding]:
    """Return the problems that exist now, but for those that `undecided` names."""
    open_questions = undecided(facts)
    found = [finding for detector in DETECTORS for finding in detector(facts)]
    return [finding for finding in found if finding.kind not in open_questions]


def undecided(facts: Facts) -> frozenset[IssueKind]:
    """Return the kinds that can't be judged now: their issues stay as they are, and no new ones open."""
    if facts.needs_attention:
        return BY_READING
    if facts.is_syncing:
        return BY_SYNC
    # Nothing is read that could be refused; what was found before the pause stays until it ends.
    is_refused = any(found.access == Access.REFUSED for _, found in facts.tested.values())
    return frozenset({IssueKind.PERMISSION_LOST}) if facts.is_paused and is_refused else frozenset()


def credentials_refused(facts: Facts) -> Iterator[Finding]:
    if facts.needs_attention:
        tries = int(facts.retry_at.timestamp()) if facts.retry_at else 0
        yield Finding(
            IssueKind.CREDENTIALS_REFUSED,
            Severity.CRITICAL,
            facts.now,
            facts.problem or f"{facts.psa} refuses the credentials.",
            facts.remedy,
            occurrence=tries,
        )


def permission_lost(facts: Facts) -> Iterator[Finding]:
    """Report each type that is refused. The newer one decides: its last sync, or a connection test since then."""
    refused = {one: step for one, step in facts.steps.items() if step.state == StepState.FAILED and step.is_refused}
    for one, step in refused.items():
        if one not in facts.tested or facts.tested[one][1].access == Access.REFUSED:
            yield _of_step(IssueKind.PERMISSION_LOST, step, step.problem, facts.stored.get(one))
    for one, (at, found) in facts.tested.items():
        if one not in refused and found.access == Access.REFUSED:
            yield Finding(
                IssueKind.PERMISSION_LOST,
                Severity.ERROR,
                at,
                found.problem,
                found.remedy,
                subject=one.value,
                occurrence=facts.steps[one].run_id if one in facts.steps else 0,
                affected=facts.stored.get(one),
                details={"record_types": [one.value]},
            )


def sync_failed(facts: Facts) -> Iterator[Finding]:
    """Report each type that failed, and once a run that failed as a whole."""
    failed = [step for step in facts.steps.values() if step.state == StepState.FAILED and not step.is_refused]
    for step in failed:
        if not step.is_whole_run:
            problem = f"The last sync of {step.record_type} failed. {step.problem}"
            yield _of_step(IssueKind.SYNC_FAILED, step, problem, facts.stored.get(step.record_type))
    whole = [step for step in failed if step.is_whole_run]
    if whole:
        newest = max(whole, key=lambda step: step.run_id)
        types = [step.record_type for step in whole]
        is_all = len(whole) == len(facts.steps)
        what = "The last sync failed." if is_all else f"The last sync of {_named(types)} failed."
        yield Finding(
            IssueKind.SYNC_FAILED,
            Severity.CRITICAL if is_all else Severity.ERROR,
            newest.at,
            f"{what} {newest.problem}".strip(),
            newest.remedy,
            occurrence=newest.run_id,
            affected=sum(facts.stored.get(one, 0) for one in types) or None,
            details={
                "record_types": [one.value for one in types],
                "run": newest.run_id,
                "kind": newest.run_kind.value,
            },
        )


def sync_incomplete(facts: Facts) -> Iterator[Finding]:
    """Report types whose books do not balance, unless that is because deletes are held."""
    held = {hold.record_type for hold in facts.held}
    for one, step in facts.steps.items():
        if step.state == StepState.INCOMPLETE and one.value not in held:
            problem = f"The last sync of {one} is incomplete. {step.problem}"
            yield _of_step(IssueKind.SYNC_INCOMPLETE, step, problem, None)


def held_deletes(facts: Facts) -> Iterator[Finding]:
    for hold in facts.held:
        what = RecordType(hold.record_type).counted(hold.count)
        yield Finding(
            IssueKind.HELD_DELETE,
            Severity.WARNING,
            hold.at,
            f"{facts.psa} no longer lists {what}.",
            "Decide whether to delete them here too.",
            subject=hold.record_type,
            occurrence=hold.id,
            affected=hold.count,
            details={"record_types": [hold.record_type], "hold": hold.id, "cause": hold.cause},
        )


def records_failed(facts: Facts) -> Iterator[Finding]:
    for group in facts.failed:
        one, is_one = group.record_type, group.count == 1
        verb, these = ("isn't", "this one") if is_one else ("aren't", "these")
        yield Finding(
            IssueKind.RECORDS_FAILED,
            Severity.ERROR,
            group.at,
            f"{one.counted(group.count)} {verb} stored. {group.cause}",
            f"Other records aren't affected. Correct {these} in {facts.psa}, then try again.",
            subject=f"{one}: {group.pattern}"[:LONGEST_SUBJECT],
            occurrence=group.run_id,
            affected=group.count,
            details={"record_types": [one.value], "ids": group.ids[:MOST_IDS], "run": group.run_id},
        )


def webhook_silent(facts: Facts) -> Iterator[Finding]:
    if facts.silence is not None:
        since = facts.silence.since
        yield Finding(
            IssueKind.WEBHOOK_SILENT,
            Severity.WARNING,
            facts.now,
            facts.silence.problem,
            facts.silence_remedy,
            occurrence=int(since.timestamp()),
            affected=facts.silence.changed,
        )


def deliveries_stuck(facts: Facts) -> Iterator[Finding]:
    stuck = facts.stuck
    if stuck is not None:
        how_many = "1 webhook delivery" if stuck.count == 1 else f"{stuck.count:,} webhook deliveries"
        yield Finding(
            IssueKind.DELIVERIES_STUCK,
            Severity.ERROR,
            stuck.at,
            f"{how_many} failed. {stuck.cause}".strip(),
            "Replay them to read the records that they name again.",
            occurrence=stuck.newest,
            affected=stuck.records,
            details={"records": [list(one) for one in stuck.examples]},
        )


def behind_schedule(facts: Facts) -> Iterator[Finding]:
    """Report the types that are late for no reason that another issue names."""
    explained = {RecordType(hold.record_type) for hold in facts.held}
    explained |= {one for one, step in facts.steps.items() if step.state != StepState.SUCCEEDED}
    types = [one for one in facts.behind if one not in explained]
    if types and facts.held_up < HELD_UP_TOO_LONG:
        why, remedy = facts.waits
        waiting = f" The sync is waiting. {why}" if why else ""
        yield Finding(
            IssueKind.BEHIND_SCHEDULE,
            Severity.WARNING,
            facts.now,
            f"{_named(types).capitalize()} are older than your schedule promises.{waiting}",
            remedy or "Start a sync. If it doesn't finish, the sync log says why.",
            details={"record_types": [one.value for one in types]},
        )


def budget_used_up(facts: Facts) -> Iterator[Finding]:
    if facts.held_up >= HELD_UP_TOO_LONG:
        hours = int(facts.held_up.total_seconds() // 3600)
        yield Finding(
            IssueKind.BUDGET_USED_UP,
            Severity.WARNING,
            facts.now,
            f"The request limit held up syncs for {hours} of the last 24 hours.",
            "Let Scopable use more of the limit, sync less often or sync fewer record types, or ask"
            f" {facts.psa} for a higher limit.",
        )


DETECTORS: Final[tuple[Callable[[Facts], Iterator[Finding]], ...]] = (
    *(credentials_refused, permission_lost, sync_failed, sync_incomplete, held_deletes, records_failed),
    *(webhook_silent, deliveries_stuck, behind_schedule, budget_used_up),
)


def _of_step(kind: IssueKind, step: LastStep, problem: str, affected: int | None) -> Finding:
    return Finding(
        kind,
        Severity.ERROR,
        step.at,
        problem.strip(),
        step.remedy,
        subject=step.record_type.value,
        occurrence=step.run_id,
        affected=affected,
        details={"record_types": [step.record_type.value], "run": step.run_id, "kind": step.run_kind.value},
    )


def _named(types: list[RecordType]) -> str:
    return listed([one.value for one in types])
