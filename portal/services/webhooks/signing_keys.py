"""Keys that the PSA hosts: which are known, which have to be fetched, and fetching one in a worker.

Anybody who knows a webhook's address can ask for keys. So only addresses that the PSA's adapter approves get here,
few of them wait at the same time, each is fetched at most once in a while, and the account's own budget pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from portal import clock, log
from portal.db import connected, db, write_queue
from portal.errors import PortalError, VaultError
from portal.models.integrations import Integration, IntegrationState
from portal.models.signing_keys import SigningKey
from portal.outbound import OutboundClient
from portal.psa.registry import adapter_of
from portal.services.connecting import connections
from portal.services.connecting.request_meter import own_policy
from portal.sync import budget, catch_up
from portal.vault import Secret

REMEMBERED: Final = timedelta(seconds=1)
MOST_REMEMBERED: Final = 1_000
MOST_MISSING: Final = 10
MOST_KEPT: Final = 50
# A key that does not fit is fetched again at most this often, and so is one that could not be fetched at all.
AGAIN_AFTER: Final = timedelta(minutes=5)
# After each failure. A PSA repeats a refused delivery after a few seconds, so the first is short.
PAUSES: Final = (timedelta(seconds=3), timedelta(seconds=30), timedelta(minutes=5))
# When another worker fetches a key that a worker has begun to fetch.
TAKEN_FOR: Final = timedelta(seconds=30)
PROBLEMS_SHOWN: Final = timedelta(days=1)

_lately: dict[tuple[str, str], tuple[datetime, Secret | None]] = {}
_asked_lately: dict[tuple[str, str], datetime] = {}


@dataclass(frozen=True)
class KeyProblem:
    """Why a key could not be fetched. `due_at` is when it is tried again, None if not before the next delivery."""

    problem: str
    remedy: str
    due_at: datetime | None


def known(integration: Integration, address: str) -> Secret | None:
    """Return the key at an address if it has been fetched. Remembers it for a second."""
    place, now = (integration.uid, address), clock.now()
    until, found = _lately.get(place, (now, None))
    if until <= now:
        with connected():
            found = _opened(SigningKey.get_or_none(_at(integration, address)))
        if len(_lately) >= MOST_REMEMBERED:
            _lately.clear()
        _lately[place] = (now + REMEMBERED, found)
    return found


def request(integration: Integration, address: str) -> int | None:
    """Have a key fetched, unless that was tried a short while ago. Returns its id if a worker should fetch it now."""
    place, now = (integration.uid, address), clock.now()
    if _asked_lately.get(place, now) > now:
        return None
    if len(_asked_lately) >= MOST_REMEMBERED:
        _asked_lately.clear()
    _asked_lately[place] = now + REMEMBERED
    with connected(), write_queue(), db.atomic():
        if not SigningKey.select().where(_at(integration, address)).exists() and not _add(integration, address):
            return None
        _ask_again(_at(integration, address))
        row = SigningKey.get_or_none(_at(integration, address), SigningKey.due_at <= clock.now())
    return None if row is None else int(row.id)


def due() -> list[int]:
    """Return the keys that no worker is fetching."""
    rows: Any = SigningKey.select(SigningKey.id).where(SigningKey.due_at <= clock.now()).tuples()
    return [key_id for (key_id,) in rows]


def fetch(key_id: int) -> None:
    """Fetch a key if it is due. Does nothing if another worker has taken it."""
    row, now = SigningKey.get_or_none(SigningKey.id == key_id), clock.now()
    if row is None or row.due_at is None or row.due_at > now:
        return
    mine = (SigningKey.id == key_id) & (SigningKey.due_at == row.due_at)
    if not SigningKey.update(due_at=now + TAKEN_FOR, tried_at=now).where(mine).execute():
        return
    if row.integration.state == IntegrationState.DISCONNECTED:
        SigningKey.delete().where(SigningKey.id == key_id).execute()
        return
    try:
        key = _asked(row)
    except PortalError as error:
        _fail(row, error)
    else:
        _keep(row, key)


def problem(integration: Integration) -> KeyProblem | None:
    """Return why deliveries are refused: the key that lately could not be fetched."""
    lately = (SigningKey.problem != "") & (SigningKey.tried_at > clock.now() - PROBLEMS_SHOWN)
    failed = SigningKey.select().where(SigningKey.integration == integration, lately)
    row = failed.order_by(SigningKey.tried_at.desc()).first()
    return KeyProblem(row.problem, row.remedy, row.due_at) if row else None


def forget(integration: Integration) -> None:
    """Delete the keys, inside the caller's transaction."""
    SigningKey.delete().where(SigningKey.integration == integration).execute()


def _asked(row: SigningKey) -> Secret:
    integration = row.integration
    hosted = adapter_of(integration.psa).webhooks.hosted_keys
    if hosted is None:
        raise PortalError(f"{adapter_of(integration.psa).name} has no signing keys.")
    if not budget.take(own_policy(integration.account_id), 1).count:
        raise PortalError("Your account has requested too many signing keys.", "It's tried again in a few minutes.")
    with OutboundClient() as client:
        return Secret(hosted.fetch(client, connections.opened(integration).values, row.address))


def _keep(row: SigningKey, key: Secret) -> None:
    before = _opened(row)
    is_new = before is None or before.reveal() != key.reveal()
    row.key = key
    found = {"key": row.__data__["key"], "due_at": None, "attempts": 0, "problem": "", "remedy": ""}
    with db.atomic():
        SigningKey.update(found).where(SigningKey.id == row.id).execute()
        if is_new:  # the PSA may not have repeated what was refused meanwhile
            catch_up.request_soon(row.integration_id)


def _fail(row: SigningKey, error: PortalError) -> None:
    log.get(__name__).warning("no signing key", integration=row.integration_id, reason=error.problem)
    gives_up = row.attempts >= len(PAUSES)
    due_at = None if gives_up else clock.now() + PAUSES[row.attempts]
    said = {"problem": error.problem, "remedy": error.remedy}
    with db.atomic():
        SigningKey.update(due_at=due_at, attempts=row.attempts + 1, **said).where(SigningKey.id == row.id).execute()
        if gives_up:
            catch_up.request_soon(row.integration_id)


def _add(integration: Integration, address: str) -> bool:
    """Note that a key is needed. Returns False while too many others are missing."""
    mine = SigningKey.integration == integration
    missing = mine & SigningKey.key.is_null()
    if SigningKey.select().where(missing).count() >= MOST_MISSING:
        given_up = SigningKey.select(SigningKey.id).where(missing, _rested()).order_by(SigningKey.tried_at).limit(1)
        if not SigningKey.delete().where(SigningKey.id.in_(given_up)).execute():
            return False
    beyond = (
        SigningKey.select(SigningKey.id).where(mine).order_by(SigningKey.requested_at.desc()).offset(MOST_KEPT - 1)
    )
    SigningKey.delete().where(SigningKey.id.in_(beyond.limit(MOST_KEPT))).execute()
    now = clock.now()
    fresh = {"integration": integration, "address": address, "requested_at": now, "due_at": now}
    SigningKey.insert(fresh).on_conflict_ignore().execute()
    return True


def _ask_again(which: Any) -> None:
    now = clock.now()
    SigningKey.update(requested_at=now, due_at=now, attempts=0).where(which, _rested()).execute()


def _rested() -> Any:
    """Return the condition for keys that were tried long enough ago, and that nobody is about to fetch."""
    return SigningKey.due_at.is_null() & (SigningKey.tried_at <= clock.now() - AGAIN_AFTER)


def _opened(row: SigningKey | None) -> Secret | None:
    """Return the key; None if it has to be fetched, also because it was sealed with a key that is lost."""
    try:
        found: Secret | None = row.key if row else None
    except VaultError:
        return None
    return found


def _at(integration: Integration, address: str) -> Any:
    return (SigningKey.integration == integration) & (SigningKey.address == address)
