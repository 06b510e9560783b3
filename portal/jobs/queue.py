"""The doorbell's wiring: one queue, for runs that wait for a worker."""

from __future__ import annotations

from typing import Final

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from portal.errors import ConfigError

SYNC_QUEUE: Final = "sync"

_redis_url: str | None = None


def bind(redis_url: str | None) -> None:
    """Use this Redis. Opens no connection."""
    global _redis_url
    _redis_url = redis_url


def queue() -> Queue:
    """Return the queue. Raises ConfigError when no Redis is configured."""
    if _redis_url is None:
        raise ConfigError("PORTAL_REDIS_URL is not set; set it, or run `portal up`, which starts a server.")
    # JSON instead of RQ's pickle: only ids travel, and what comes back cannot run code.
    return Queue(SYNC_QUEUE, connection=Redis.from_url(_redis_url), serializer=JSONSerializer)
