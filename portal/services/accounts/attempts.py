"""Rate limits for guessable secrets. Attempts are counted before they are checked, across all processes.

    attempt = guesses.attempt({f"recovery code of {user.id}": Limit(8, 300)})   # raises TooManyAttempts
    if is_right(code):
        guesses.succeeded(attempt)                                              # gives back what was counted

Each key is a leaky bucket: every attempt adds one, and they leak out over time. It is one number in one row (when the
bucket will be empty), changed by one conditional statement whose row count decides. So forty attempts at once get no
further than forty in a row.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from peewee import Case

from portal import clock
from portal.db import db
from portal.errors import TooManyAttempts
from portal.models.guessing import GuessCount

# After waiting, a person may take this long to try again.
TURN_SECONDS: Final = 600


@dataclass(frozen=True)
class Limit:
    """Allows this many attempts at once, and as many again, one by one, over this many seconds.

    A limit that does not refuse only measures: see level and cap.
    """

    most: int
    seconds: int
    refuses: bool = True

    @property
    def each(self) -> int:
        """How long one attempt counts, in milliseconds."""
        return self.seconds * 1000 // self.most


@dataclass(frozen=True)
class Attempt:
    """The milliseconds that were added, by the keys' digests."""

    counted: Mapping[str, int]


def attempt(limits: Mapping[str, Limit]) -> Attempt:
    """Count one attempt under each key, or raise TooManyAttempts and count none."""
    now = _now()
    # Always in the same order, so that two attempts never deadlock.
    by_digest = sorted((_digest(key), limit) for key, limit in limits.items())
    with db.atomic():
        for digest, limit in by_digest:
            if not _count(digest, limit, now):
                raise TooManyAttempts(_seconds_until_room(digest, limit, now))
    return Attempt({digest: limit.each for digest, limit in by_digest})


def succeeded(attempt: Attempt) -> None:
    """Take back an attempt that was right, or that was not checked after all."""
    with db.atomic():
        for digest, milliseconds in attempt.counted.items():
            given_back = GuessCount.until - milliseconds
            GuessCount.update(until=given_back).where(GuessCount.key == digest).execute()


def level(key: str, limit: Limit) -> int:
    """Return how many attempts count under this key now."""
    return math.ceil(max(0, _until(_digest(key)) - _now()) / limit.each)


def cap(key: str, limit: Limit) -> None:
    """Forget the attempts beyond the limit, so that a measured key recovers soon after the attempts end."""
    full = _now() + limit.most * limit.each
    GuessCount.update(until=full).where(GuessCount.key == _digest(key), GuessCount.until > full).execute()


def wait_first(key: str, seconds: int) -> None:
    """Raise TooManyAttempts, unless this key was asked to wait before and comes back in time.

    Each key waits independently, so nobody can delay another.
    """
    now, digest = _now(), _digest(key)
    turn, starts = TURN_SECONDS * 1000, now + seconds * 1000
    mine = (GuessCount.key == digest) & (GuessCount.until > now) & (GuessCount.until <= now + turn)
    if GuessCount.delete().where(mine).execute():
        return
    insert = GuessCount.insert(key=digest, until=starts + turn).on_conflict(
        conflict_target=[GuessCount.key], update={GuessCount.until: starts + turn}, where=GuessCount.until <= now
    )
    insert.as_rowcount().execute()
    raise TooManyAttempts(_seconds(_until(digest) - turn - now))


def _count(digest: str, limit: Limit, now: int) -> bool:
    """Add one attempt if there is room; returns whether it was added."""
    full = now + limit.most * limit.each
    filled = Case(None, [(GuessCount.until > now, GuessCount.until)], now) + limit.each
    has_room = filled <= full if limit.refuses else None
    query = GuessCount.insert(key=digest, until=now + limit.each).on_conflict(
        conflict_target=[GuessCount.key], update={GuessCount.until: filled}, where=has_room
    )
    return bool(query.as_rowcount().execute())


def _seconds_until_room(digest: str, limit: Limit, now: int) -> int:
    return _seconds(_until(digest) + limit.each - limit.most * limit.each - now)


def _until(digest: str) -> int:
    row = GuessCount.select(GuessCount.until).where(GuessCount.key == digest).tuples().first()
    return int(row[0]) if row else 0


def _seconds(milliseconds: int) -> int:
    return max(1, math.ceil(milliseconds / 1000))


def _now() -> int:
    return round(clock.now().timestamp() * 1000)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
