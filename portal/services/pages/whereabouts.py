"""Where a record is, or why it is not here: one answer, from the copy and from the PSA itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.models.sync import LIVE_STATES, SyncRun
from portal.psa.registry import adapter_of
from portal.services.pages import record_pages
from portal.services.records import exclusions, hand_exclusions, live_checks, lookup
from portal.services.records.live_checks import LiveCheck, Presence
from portal.services.syncing import held_deletes
from portal.sync.exclusions import CLIENT_EXCLUDED
from portal.sync.record_types import RecordType
from portal.sync.scope import CLIENT_NOT_SEEN


class Verdict(StrEnum):
    """What the answer is. It decides which button mends it."""

    HERE = "here"
    HELD = "held"
    NOT_CHOSEN = "not_chosen"
    BY_HAND = "by_hand"
    FILTERED_OUT = "filtered_out"
    CLIENT_EXCLUDED = "client_excluded"
    NOT_YET = "not_yet"
    DELETED = "deleted"
    NOT_THERE = "not_there"
    CANNOT_SEE = "cannot_see"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Whereabouts:
    """`why` explains the verdict, and `since` is when that happened or was found out.

    `checked_at` is when the PSA answered, None if this comes from the copy alone; `unasked` then says why, empty if
    there was no need to ask. `is_stored` says whether the record has a page. `client_id` is its client.
    """

    verdict: Verdict
    record_type: RecordType
    remote_id: int
    name: str
    why: str
    remedy: str = ""
    since: datetime | None = None
    checked_at: datetime | None = None
    unasked: str = ""
    is_stored: bool = False
    client_id: int | None = None
    held: HeldDelete | None = None
    is_syncing: bool = False


def of(integration: Integration, record_type: RecordType, remote_id: int, *, ask: bool = True) -> Whereabouts:
    """Return the answer. The PSA is asked if the copy alone can't know it, unless `ask` is false."""
    record = lookup.find(integration, record_type, remote_id)
    known = _from_copy(integration, record_type, remote_id, record)
    if known.verdict in {Verdict.HERE, Verdict.HELD, Verdict.NOT_CHOSEN, Verdict.BY_HAND}:
        return known
    if not ask or not integration.is_active:
        return known
    return _combined(integration, known, live_checks.check(integration, record_type, remote_id))


def numbered(integration: Integration, remote_id: int) -> list[Whereabouts]:
    """Return what the copy knows of records with this number, of whatever type."""
    stored = lookup.find_several(integration, {each: [remote_id] for each in RecordType}, Record.state)
    known = [
        each
        for each in RecordType
        if (each.value, remote_id) in stored or exclusions.get(integration, each, remote_id) is not None
    ]
    return [of(integration, each, remote_id, ask=False) for each in known]


def named(integration: Integration, name: str) -> list[Whereabouts]:
    """Return what the copy knows of records with exactly this name, and of excluded ones that contain it."""
    found = [(each, number) for each in RecordType for number in _with_name(integration, each, name)]
    return [of(integration, each, number, ask=False) for each, number in dict.fromkeys(found)]


def _with_name(integration: Integration, record_type: RecordType, name: str) -> list[int]:
    mine = lookup.of_type(integration, record_type)
    states = Record.state.in_(list(RecordState))
    query = Record.select(Record.remote_id).where(mine, states, Record.name == name).limit(5)
    excluded = exclusions.page(integration, record_type, containing=name).rows[:5]
    return [each.remote_id for each in query] + [each.remote_id for each in excluded]


def _from_copy(
    integration: Integration, record_type: RecordType, remote_id: int, record: Record | None
) -> Whereabouts:
    psa = adapter_of(integration.psa).name

    def answer(verdict: Verdict, why: str, since: datetime | None = None, remedy: str = "") -> Whereabouts:
        return Whereabouts(
            verdict,
            record_type,
            remote_id,
            name=shown.name if shown is not None else "",
            why=why,
            remedy=remedy,
            since=since,
            is_stored=record is not None,
            client_id=shown.client_remote_id if shown is not None else None,
            held=held,
        )

    excluded, held = exclusions.get(integration, record_type, remote_id), None
    shown = record or excluded
    if record is not None and record.state == RecordState.LIVE:
        held = held_deletes.of_record(integration, record_type, remote_id)
        if held is None:
            return answer(Verdict.HERE, "It's in Scopable.", record.changed_at)
        return answer(Verdict.HELD, f"{psa} no longer lists it. It's kept until an admin decides.", held.at)
    if record_type not in integration.record_types:
        return answer(Verdict.NOT_CHOSEN, f"{record_type.label} aren't synced.")
    if (by_hand := hand_exclusions.get(integration, record_type, remote_id)) is not None and excluded is not None:
        return answer(Verdict.BY_HAND, excluded.reason, by_hand.at)
    if excluded is not None:
        verdict = _verdict_of(excluded.reason)
        return answer(verdict, exclusions.words(excluded), excluded.at)
    if record is not None:
        return answer(Verdict.DELETED, f"Deleted in {psa}.", record.changed_at)
    absence = record_pages.absence(integration, record_type, remote_id)
    return answer(Verdict.UNKNOWN, absence.why, absence.since, absence.remedy)


def _combined(integration: Integration, known: Whereabouts, live: LiveCheck) -> Whereabouts:
    psa, record_type = adapter_of(integration.psa).name, known.record_type

    def answer(
        verdict: Verdict, why: str, *, remedy: str = "", since: datetime | None = None, is_syncing: bool = False
    ) -> Whereabouts:
        return Whereabouts(
            verdict,
            record_type,
            known.remote_id,
            name=known.name or live.name,
            why=why,
            remedy=remedy,
            since=since,
            checked_at=live.at,
            is_stored=known.is_stored,
            client_id=live.client_id or known.client_id,
            is_syncing=is_syncing,
        )

    match live.presence:
        case Presence.UNKNOWN:
            unasked = f"{live.why} {live.remedy}".strip()
            return Whereabouts(**{**vars(known), "unasked": unasked})
        case Presence.EXCLUDED:
            since = known.since if known.why.endswith(live.why) else None
            words = live.why if not exclusions.is_by_filters(live.why) else f"{exclusions.BY_FILTERS} {live.why}"
            return answer(_verdict_of(live.why), words, since=since)
        case Presence.INCLUDED:
            return answer(Verdict.NOT_YET, _not_yet(integration, psa), is_syncing=_is_syncing(integration))
        case Presence.UNREADABLE:
            return answer(Verdict.FAILED, f"{psa} has it, but it can't be stored: {live.why}")
        case Presence.REFUSED:
            return answer(Verdict.CANNOT_SEE, live.why, remedy=live.remedy)
        case Presence.ABSENT:
            if known.verdict is Verdict.DELETED:
                return answer(Verdict.DELETED, known.why, since=known.since)
            return answer(
                Verdict.NOT_THERE,
                f"{psa} has no {record_type.singular} {known.remote_id}.",
                remedy=f"It was deleted, the number belongs to another type, or the role of the agent hides it: {psa}"
                " then answers the same.",
            )


def _verdict_of(reason: str) -> Verdict:
    through_client = reason == CLIENT_NOT_SEEN or reason.startswith(CLIENT_EXCLUDED.removesuffix("."))
    if through_client or (not exclusions.is_by_filters(reason) and reason.startswith("Its client")):
        return Verdict.CLIENT_EXCLUDED
    return Verdict.FILTERED_OUT if exclusions.is_by_filters(reason) else Verdict.NOT_YET


def _not_yet(integration: Integration, psa: str) -> str:
    if _is_syncing(integration):
        return f"{psa} has it, and your filters include it. The running sync has not reached it yet."
    return f"{psa} has it, and your filters include it, but no sync has brought it yet."


def _is_syncing(integration: Integration) -> bool:
    live = SyncRun.select().where(SyncRun.integration == integration, SyncRun.state.in_(LIVE_STATES))
    return bool(live.exists())
