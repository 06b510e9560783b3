"""The web server: gunicorn manages the processes, and waitress serves requests in each of them."""

from __future__ import annotations

import gc
from typing import Any

from gunicorn.app.base import BaseApplication

from portal import create_app
from portal.config import Config


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Serves the app on `bind`: host:port, unix:path or fd://number."""

    def __init__(self, config: Config, *, bind: str, workers: int, threads: int) -> None:
        self.portal_config = config
        self.options: dict[str, Any] = {
            "bind": bind,
            "worker_class": "portal.serving.worker.PortalWorker",
            "workers": workers,
            "threads": threads,
            "preload_app": True,  # loaded once, then forked; creating the app opens no connections
            "timeout": 60,
            "graceful_timeout": 8,
            "loglevel": "warning",
            "proc_name": "portal-web",
            # A proxy's headers must not override PORTAL_PUBLIC_URL.
            **({"secure_scheme_headers": {}} if config.public_url else {}),
            "control_socket_disable": True,  # unused, and it would leave a socket in the home directory
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        app = create_app(self.portal_config, threads=self.options["threads"])
        # All of it stays. Left out of garbage collections, it no longer stops a page for 70 ms now and then.
        gc.freeze()
        return app
