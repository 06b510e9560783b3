"""Repeated work for many integrations: a failure is logged and stops neither the others nor the next duty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from peewee import InterfaceError, OperationalError

from portal import clock, log

Result = TypeVar("Result")

FIRST_PAUSE: Final = timedelta(seconds=2)
LONGEST_PAUSE: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class _Failure:
    """How many times in a row it failed, and when the next attempt is allowed."""

    count: int
    retry_at: datetime


class Isolation:
    """Remembers failures. Each one in a row doubles the pause before the next attempt."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, int | None], _Failure] = {}
        self._quiet_until: dict[str, datetime] = {}

    def attempt(self, duty: str, work: Callable[[], Result], *, integration_id: int | None = None) -> Result | None:
        """Run `work` and return its result; None if it failed, or if it is paused after a recent failure."""
        key = (duty, integration_id)
        if self._is_paused(key):
            return None
        try:
            result = work()
        except (InterfaceError, OperationalError) as error:
            # The database will come back, and a missed attempt loses nothing.
            self._warn(duty, str(error))
            return None
        except Exception:  # noqa: BLE001  # logged with its traceback; the other duties must go on
            retry_at = self._note_failure(key)
            log.get(__name__).exception(
                "a duty failed", duty=duty, integration=integration_id, retry_at=retry_at.isoformat()
            )
            return None
        self._failures.pop(key, None)
        return result

    def paused(self, duty: str) -> list[int]:
        """Return the integrations for which this duty is paused after a recent failure."""
        return [
            integration_id
            for name, integration_id in self._failures
            if name == duty and integration_id is not None and self._is_paused((name, integration_id))
        ]

    def _warn(self, duty: str, reason: str) -> None:
        """Log a database outage once, not once for every duty that it affects."""
        now = clock.now()
        if self._quiet_until.get(reason, now) <= now:
            self._quiet_until = {reason: now + FIRST_PAUSE}
            log.get(__name__).warning("a store does not answer", duty=duty, reason=reason)

    def _is_paused(self, key: tuple[str, int | None]) -> bool:
        failure = self._failures.get(key)
        return failure is not None and clock.now() < failure.retry_at

    def _note_failure(self, key: tuple[str, int | None]) -> datetime:
        before = self._failures.get(key)
        count = 1 if before is None else before.count + 1
        pause = min(FIRST_PAUSE * (1 << min(count - 1, 10)), LONGEST_PAUSE)
        self._failures[key] = _Failure(count, clock.now() + pause)
        return self._failures[key].retry_at
