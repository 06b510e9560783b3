"""The doorbells' wiring: a queue for runs that wait for a worker, and one for what webhooks name.

A run may take hours, and what a webhook names should be fresh within seconds: so each has workers of its own.
"""

from __future__ import annotations

from typing import Final

from redis import Redis, RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from portal import clock, log
from portal.errors import ConfigError
from portal.jobs.allowlist import PortalJob

SYNC_QUEUE: Final = "sync"
WEBHOOK_QUEUE: Final = "webhooks"
# A doorbell that nobody answers within this time is forgotten, and the scheduler rings again: who heard it may have
# died before the work was claimed. One ring too many does no harm.
RING_SECONDS: Final = 5
FAILED_JOB_SECONDS: Final = 60
NO_TIME_LIMIT: Final = -1

_redis_url: str | None = None


def bind(redis_url: str | None) -> None:
    """Use this Redis. Opens no connection."""
    global _redis_url
    _redis_url = redis_url


def ring(name: str, function: str, number: int, job: str) -> None:
    """Call a worker to `function(number)`; what is rung by the same job name meanwhile is rung once.

    A Redis that is away is no harm: the scheduler rings again.
    """
    moment = int(clock.now().timestamp()) // RING_SECONDS
    try:
        queue(name).enqueue_call(
            function,
            args=(number,),
            job_id=f"{job}-{moment}",
            unique=True,
            ttl=RING_SECONDS,
            timeout=NO_TIME_LIMIT,
            result_ttl=0,  # the row is the result; while a job is kept, no other one of its name is taken
            failure_ttl=FAILED_JOB_SECONDS,
        )
    except DuplicateJobError:
        return  # somebody has rung already
    except (RedisError, ConfigError) as error:
        log.get(__name__).warning("could not ring for a worker", job=job, reason=str(error))


def queue(name: str = SYNC_QUEUE) -> Queue:
    """Return a queue. Raises ConfigError when no Redis is configured."""
    if _redis_url is None:
        raise ConfigError("PORTAL_REDIS_URL is not set; set it, or run `portal up`, which starts a server.")
    # JSON instead of RQ's pickle: only ids travel, and what comes back cannot run code.
    connection = Redis.from_url(_redis_url)
    return Queue(name, connection=connection, serializer=JSONSerializer, job_class=PortalJob)
