"""A gunicorn worker process that runs the server's event loop until the arbiter asks it to stop."""

from __future__ import annotations

import logging
import os
import resource
import time
from typing import Any, Final

from gunicorn.workers.base import Worker

from portal.serving.limits import ServerLimits
from portal.serving.server import Server

TURN_SECONDS: Final = 1.0
FILES_BESIDE_CONNECTIONS: Final = 256  # the database's, log files, pipes


class PortalWorker(Worker):
    server: Server | None = None

    def init_process(self) -> None:
        # waitress would log every client that disconnects and every request that waits for a thread.
        logging.getLogger("waitress").setLevel(logging.ERROR)
        super().init_process()

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        if self.server is not None:
            self.server.wake()

    def run(self) -> None:
        sockets = [listener.sock for listener in self.sockets]
        self.server = Server(
            sockets,
            self.wsgi,
            threads=self.cfg.threads,
            trusts_local_proxy=bool(self.cfg.secure_scheme_headers),
            limits=ServerLimits(connections=_connections()),
        )
        while self.alive and self.ppid == os.getppid():
            self.notify()
            self.server.run_once(TURN_SECONDS)
        self._stop(self.server)

    def _stop(self, server: Server) -> None:
        """Finish requests in progress, within the arbiter's time limit."""
        server.stop_accepting()
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while not server.is_done and time.monotonic() < deadline:
            self.notify()
            server.run_once(TURN_SECONDS / 10)
        server.close()


def _connections() -> int:
    """Return the maximum number of connections, after raising the limit of open files accordingly."""
    wanted = ServerLimits.connections + FILES_BESIDE_CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(allowed - FILES_BESIDE_CONNECTIONS, FILES_BESIDE_CONNECTIONS)
