"""The doorbells' wiring: a queue for runs that wait for a worker, and one for what webhooks name.

A run may take hours, and what a webhook names should be fresh within seconds: so each has workers of its own.
"""

from __future__ import annotations

from typing import Final

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from portal.errors import ConfigError

SYNC_QUEUE: Final = "sync"
WEBHOOK_QUEUE: Final = "webhooks"

_redis_url: str | None = None


def bind(redis_url: str | None) -> None:
    """Use this Redis. Opens no connection."""
    global _redis_url
    _redis_url = redis_url


def queue(name: str = SYNC_QUEUE) -> Queue:
    """Return a queue. Raises ConfigError when no Redis is configured."""
    if _redis_url is None:
        raise ConfigError("PORTAL_REDIS_URL is not set; set it, or run `portal up`, which starts a server.")
    # JSON instead of RQ's pickle: only ids travel, and what comes back cannot run code.
    return Queue(name, connection=Redis.from_url(_redis_url), serializer=JSONSerializer)
