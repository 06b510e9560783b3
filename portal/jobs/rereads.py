"""Deliveries and the queue: the hints are rows, the job only a doorbell."""

from __future__ import annotations

import threading
from typing import Final

from redis import RedisError
from rq.exceptions import DuplicateJobError

from portal import clock, log
from portal.db import connected
from portal.errors import ConfigError
from portal.jobs.queue import WEBHOOK_QUEUE, queue
from portal.services import rereading

# One job at a time rings for an integration; one whose worker has died is in the way no longer than this.
RING_SECONDS: Final = 5
BETWEEN_RINGS_SECONDS: Final = 0.25
ENDED_JOB_SECONDS: Final = 60
NO_TIME_LIMIT: Final = -1


class Bell:
    """Rings from a thread of its own: a queue that is away must not keep who delivers waiting.

    Between two rings is a moment, in which all that comes is rung for once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: set[int] = set()
        self._is_ringing = False

    def ring_soon(self, integration_ids: set[int]) -> None:
        """Call a worker for each of them; what is asked for while the bell rings is rung once afterwards."""
        with self._lock:
            self._asked |= integration_ids
            if self._is_ringing or not self._asked:
                return
            self._is_ringing = True
        threading.Thread(target=self._ring_all, name="bell", daemon=True).start()

    def _ring_all(self) -> None:
        while asked := self._next():
            for integration_id in asked:
                ring(integration_id)
            clock.sleep(BETWEEN_RINGS_SECONDS)

    def _next(self) -> set[int]:
        with self._lock:
            asked, self._asked = self._asked, set()
            self._is_ringing = bool(asked)
            return asked


def ring(integration_id: int) -> None:
    """Call a worker. A Redis that is away is no harm: the scheduler rings until the hints are read."""
    moment = int(clock.now().timestamp()) // RING_SECONDS
    try:
        queue(WEBHOOK_QUEUE).enqueue_call(
            "portal.jobs.rereads.reread",
            args=(integration_id,),
            job_id=f"reread-{integration_id}-{moment}",
            unique=True,
            ttl=RING_SECONDS,
            timeout=NO_TIME_LIMIT,
            # While a job's row is there, no other one of its name is taken: it must not outlive the work.
            result_ttl=0,
            failure_ttl=ENDED_JOB_SECONDS,
        )
    except DuplicateJobError:
        return  # somebody has rung already
    except (RedisError, ConfigError) as error:
        log.get(__name__).warning("could not ring for a worker", integration=integration_id, reason=str(error))


def ring_waiting() -> None:
    """Ring for all that wait and that nobody is at."""
    for integration_id in rereading.waiting():
        ring(integration_id)


def reread(integration_id: int) -> None:
    """Read again what hints name, in a worker's process."""
    with connected():
        rereading.execute(integration_id)
