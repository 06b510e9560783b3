"""Pairing the clients of two PSAs: which two, whether they can be read, and asking for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from peewee import IntegrityError

from portal import clock
from portal.db import db
from portal.errors import Conflict, NotFound
from portal.models.accounts import Account, User
from portal.models.integrations import Integration, IntegrationState
from portal.models.switching import ClientPairing, PairingState
from portal.psa.registry import ADAPTERS, NAMES
from portal.services.audit import audit_log
from portal.services.connecting import connections
from portal.services.records import kept_records
from portal.services.switching import paired_tenants

NO_OTHER: Final = ("There is no other PSA to pair these clients with.", "Connect one and sync it, or test its setup.")


@dataclass(frozen=True)
class Sides:
    """The clients of `source` get counterparts among those of `target`, the PSA that the account switches to."""

    source: Integration
    target: Integration

    @property
    def words(self) -> str:
        return f"{NAMES[self.source.psa].label} with {NAMES[self.target.psa].label}"


def sides(account: Account, psa: str) -> Sides | None:
    """Return the two PSAs that can be paired, one of them this one; None if there are no two.

    The target is the one that is being set up, otherwise the active one.
    """
    mine = Integration.select().where(Integration.account == account, Integration.psa.in_(list(ADAPTERS)))
    usable = [each for each in mine if is_readable(each)]
    one = next((each for each in usable if each.psa == psa), None)
    others = sorted((each for each in usable if each.psa != psa), key=_preference)
    if one is None or not others:
        return None
    source, target = sorted((one, others[0]), key=_is_new)
    return Sides(source, target)


def is_readable(integration: Integration) -> bool:
    """Whether its clients can be read: it is active, has kept its records, or its setup has passed the test."""
    if is_setup(integration) or integration.is_active:
        return True
    kept = kept_records.of(integration)
    return kept is not None and not kept.is_deleting


def is_setup(integration: Integration) -> bool:
    """Whether it is a setup that has passed the test, so that its clients are read from the PSA's list."""
    return bool(integration.state == IntegrationState.DRAFT) and connections.is_tested(integration)


def find(account: Account, psa: str) -> ClientPairing | None:
    """Return the newest pairing that this PSA is part of, whichever side."""
    mine = Integration.select(Integration.id).where(Integration.account == account, Integration.psa == psa)
    query = ClientPairing.select().where(ClientPairing.source.in_(mine) | ClientPairing.target.in_(mine))
    found: ClientPairing | None = query.order_by(ClientPairing.requested_at.desc()).first()
    return found


def get(account: Account, psa: str) -> ClientPairing:
    """Return the pairing that this PSA is part of. Raises NotFound if there is none."""
    found = find(account, psa)
    if found is None:
        raise NotFound("The clients haven't been read yet.", "Start on the page “Pair clients”.")
    return found


def request(account: Account, psa: str, user: User | None) -> ClientPairing:
    """Ask for the clients of both PSAs to be read, again if they were read before. Decisions stay.

    Raises Conflict if there are no two PSAs to pair. Asking while they are being read changes nothing.
    """
    between = sides(account, psa)
    if between is None:
        raise Conflict(*NO_OTHER)
    found = find(account, psa)
    if found is None or {found.source_id, found.target_id} != {between.source.id, between.target.id}:
        return _create(account, between, user)
    paired_tenants.forget_another(found)
    again = ClientPairing.update(
        state=PairingState.QUEUED,
        reading=ClientPairing.reading + 1,
        side=None,
        page=1,
        waits=0,
        problem="",
        remedy="",
        requested_at=clock.now(),
        **paired_tenants.of(found.source, found.target),
    ).where(ClientPairing.id == found.id, ClientPairing.state.in_([PairingState.READY, PairingState.FAILED]))
    with db.atomic():
        if again.execute():
            audit_log.record(account, user, "pairing.read", between.words)
    return by_id(found.id)


def by_id(pairing_id: int) -> ClientPairing:
    found: ClientPairing = ClientPairing.get_by_id(pairing_id)
    return found


def claimable() -> list[int]:
    """Return the pairings whose clients should be read now, and that no worker holds."""
    rows: Any = ClientPairing.select(ClientPairing.id).where(is_claimable(clock.now())).tuples()
    return [pairing_id for (pairing_id,) in rows]


def is_claimable(now: datetime) -> Any:
    return (
        (ClientPairing.state == PairingState.QUEUED)
        | ((ClientPairing.state == PairingState.READING) & (ClientPairing.lease_until < now))
        | ((ClientPairing.state == PairingState.WAITING) & (ClientPairing.not_before <= now))
    )


def _create(account: Account, between: Sides, user: User | None) -> ClientPairing:
    tenants = paired_tenants.of(between.source, between.target)
    try:
        with db.atomic():
            made: ClientPairing = ClientPairing.create(
                account=account, source=between.source, target=between.target, **tenants
            )
            audit_log.record(account, user, "pairing.read", between.words)
    except IntegrityError:  # another tab was quicker
        made = get(account, between.target.psa)
    return made


def _preference(integration: Integration) -> tuple[bool, float]:
    """Sort the active PSA first, then the one that was disconnected last."""
    at = integration.disconnected_at
    return (not integration.is_active, -at.timestamp() if at else 0.0)


def _is_new(integration: Integration) -> int:
    return 2 if is_setup(integration) else int(integration.is_active)
