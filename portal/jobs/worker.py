"""The worker process: waits for jobs and runs each in its own process."""

from __future__ import annotations

import os
import signal
import time
from typing import Final

import redis
from rq import Queue, Worker
from rq.job import Job

from portal import log, parent_death
from portal.jobs.allowlist import PortalJob
from portal.jobs.queue import queue

MAX_WAIT: Final = 5.0
DEQUEUE_SECONDS: Final = 60  # how long a dead connection can go unnoticed while nothing is queued


class SyncWorker(Worker):
    """RQ's worker, on one queue (with more, a crash loses the job), that stops at once.

    A stop also ends the current job. That is safe at any time, because another worker continues from the checkpoint
    in the database.
    """

    max_connection_wait_time = MAX_WAIT
    stopping = False

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        # An orphan would continue beside the worker that takes over.
        parent_death.die_with_parent()
        super().main_work_horse(job, queue)

    def handle_warm_shutdown_request(self) -> None:
        self.stopping = True
        if self.horse_pid:
            self.kill_horse(signal.SIGTERM)


def serve(name: str) -> bool:
    """Work on this queue until asked to stop. Returns False if Redis was lost and a restart is needed."""
    jobs = queue(name)
    _wait_for(jobs.connection)
    worker = make_worker(jobs, f"{name}-{os.getpid()}-{int(time.time())}")
    try:
        worker.work(logging_level="WARNING")
    except redis.RedisError as error:
        log.get(__name__).warning("lost Redis", reason=str(error))
    return worker.stopping


def make_worker(jobs: Queue, name: str) -> SyncWorker:
    """Return a worker for this queue that runs only the portal's own jobs."""
    return SyncWorker(
        [jobs],
        name=name,
        connection=jobs.connection,
        serializer=jobs.serializer,
        job_class=PortalJob,
        worker_ttl=DEQUEUE_SECONDS,
        default_result_ttl=0,
        log_job_description=False,
    )


def _wait_for(connection: redis.Redis) -> None:
    wait = 0.25
    while True:
        try:
            connection.ping()
        except redis.RedisError as error:
            log.get(__name__).warning("Redis does not answer yet", reason=str(error), again_in=wait)
            time.sleep(wait)
            wait = min(wait * 2, MAX_WAIT)
        else:
            return
