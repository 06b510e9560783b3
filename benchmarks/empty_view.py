"""A Flask app that answers with nothing, under the portal's own server: the least that any receiver costs."""

from __future__ import annotations

import sys

from flask import Flask

from portal.config import Config
from portal.processes.web import WebServer


class EmptyServer(WebServer):
    def load(self) -> Flask:
        app = Flask(__name__)
        app.post("/")(lambda: ("", 200))
        return app


SETTINGS = {"PORTAL_DATA_DIR": ".", "PORTAL_SECRET_KEY": "0" * 64, "PORTAL_VAULT_KEY": "0" * 43 + "="}

if __name__ == "__main__":
    EmptyServer(Config.from_env(SETTINGS), bind=sys.argv[1], workers=2, threads=16).run()
