"""The queues that wake workers: for sync runs, for refetches, and for alerts.

A run may take hours, but a refetch must finish within seconds, and a mail server may keep its caller waiting. So each
queue has its own workers.
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
ALERT_QUEUE: Final = "alerts"
# A job expires after this time, and the scheduler queues another one: the worker that took it may have died before it
# claimed the work. An extra job does no harm.
RING_SECONDS: Final = 5
FAILED_JOB_SECONDS: Final = 60
NO_TIME_LIMIT: Final = -1

_redis_url: str | None = None


def bind(redis_url: str | None) -> None:
    """Use this Redis. Opens no connection."""
    global _redis_url
    _redis_url = redis_url


def ring(name: str, function: str, number: int, job: str) -> None:
    """Wake a worker to call `function(number)`. Rings with the same job name within RING_SECONDS count once.

    If Redis is down, this does nothing: the scheduler rings again.
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
            result_ttl=0,  # the result is in the database; a kept job would block others with its name
            failure_ttl=FAILED_JOB_SECONDS,
        )
    except DuplicateJobError:
        return  # already queued
    except (RedisError, ConfigError) as error:
        log.get(__name__).warning("could not ring for a worker", job=job, reason=str(error))


def queue(name: str = SYNC_QUEUE) -> Queue:
    """Return a queue. Raises ConfigError if no Redis is configured."""
    if _redis_url is None:
        raise ConfigError("PORTAL_REDIS_URL is not set; set it, or run `portal up`, which starts a server.")
    # JSON instead of RQ's pickle: jobs carry only ids, and loading one cannot run code.
    connection = Redis.from_url(_redis_url)
    return Queue(name, connection=connection, serializer=JSONSerializer, job_class=PortalJob)
