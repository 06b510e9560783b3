"""The allowlist of jobs: workers run only the portal's own entry points, each with one id.

Other programs may be able to write to Redis. They must not be able to run code here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from rq.job import Job

RUN_SYNC: Final = "portal.jobs.sync.run_sync"
REFETCH: Final = "portal.jobs.refetches.refetch"
RETRY_CREDENTIALS: Final = "portal.jobs.credential_retries.retry"
FETCH_KEY: Final = "portal.jobs.signing_keys.fetch"
READ_PAIRING: Final = "portal.jobs.pairings.read"
SEND_ALERTS: Final = "portal.jobs.alerts.send"
ENTRY_POINTS: Final = frozenset({RUN_SYNC, REFETCH, RETRY_CREDENTIALS, FETCH_KEY, READ_PAIRING, SEND_ALERTS})
LARGEST_ID: Final = 2**63 - 1


class RefusedJob(Exception):
    """A job in Redis that the portal did not queue."""


class PortalJob(Job):
    """An RQ job that is limited to `ENTRY_POINTS` and runs no callbacks. RQ itself imports any function by name."""

    @property
    def func(self) -> Callable[..., Any]:
        """Return the function to run. Raises RefusedJob before anything is imported."""
        self._check()
        function: Callable[..., Any] = super().func
        return function

    def perform(self) -> None:
        """Run the job. Its result is not kept, because the database has it."""
        super().perform()
        self._result = None

    @property
    def success_callback(self) -> None:
        return None

    @property
    def failure_callback(self) -> None:
        return None

    @property
    def stopped_callback(self) -> None:
        return None

    def restore(self, raw_data: Mapping[Any, Any]) -> None:
        super().restore(raw_data)
        self.webhooks = []  # RQ would call these addresses without the outbound guard

    def _check(self) -> None:
        name = self.func_name
        if not isinstance(name, str) or name not in ENTRY_POINTS:
            raise RefusedJob(f"The portal never queues {str(name)[:100]!r}. Check who else can write into Redis.")
        is_plain = self.instance is None and isinstance(self.args, list | tuple) and self.kwargs == {}
        if not is_plain or len(self.args) != 1 or not _is_id(self.args[0]):
            raise RefusedJob(f"{name} takes one id. Check who else can write into Redis.")


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST_ID
