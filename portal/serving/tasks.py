"""Adapts waitress's tasks: the WSGI environ of a request, and the headers of a response."""

from __future__ import annotations

from typing import Any, Final

from waitress.task import ErrorTask, WSGITask

from portal.request_sizes import QUEUE_FULL

# Headers in which a proxy on this machine states https, as in gunicorn.
SECURE: Final = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_PROTOCOL": "ssl", "HTTP_X_FORWARDED_SSL": "on"}


class Task(WSGITask):
    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        channel = self.channel
        environ["SERVER_SOFTWARE"] = "portal"
        if channel.server.trusts_local_proxy and channel.is_local:
            said = [environ[name] == value for name, value in SECURE.items() if name in environ]
            environ["wsgi.url_scheme"] = "https" if said and all(said) else "http"
        if self.request.is_over_limit:
            environ[QUEUE_FULL] = True
        return environ

    def build_response_header(self) -> bytes:
        if self.channel.server.connections.is_stopping:
            self.set_close_on_finish()
        header: bytes = super().build_response_header()
        if self.request.command == "HEAD":
            self.chunked_response = False  # otherwise the final chunk would be sent
        return header


class RefusalTask(ErrorTask):
    """Sends the web server's own error responses."""
