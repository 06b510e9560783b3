"""What the portal sees of a request, and how an answer ends."""

from __future__ import annotations

from typing import Any, Final

from waitress.task import ErrorTask, WSGITask

from portal.request_sizes import TOO_MANY_WAIT

# What a proxy on this machine says of the scheme, as gunicorn understands it.
SECURE: Final = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_PROTOCOL": "ssl", "HTTP_X_FORWARDED_SSL": "on"}


class Task(WSGITask):
    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        channel = self.channel
        environ["SERVER_SOFTWARE"] = "portal"
        if channel.server.trusts_local_proxy and channel.is_local:
            said = [environ[name] == value for name, value in SECURE.items() if name in environ]
            environ["wsgi.url_scheme"] = "https" if said and all(said) else "http"
        if self.request.is_one_too_many:
            environ[TOO_MANY_WAIT] = True
        return environ

    def build_response_header(self) -> bytes:
        if self.channel.server.connections.is_stopping:
            self.set_close_on_finish()
        header: bytes = super().build_response_header()
        if self.request.command == "HEAD":
            self.chunked_response = False  # or else the last chunk would follow
        return header


class RefusalTask(ErrorTask):
    """Answers what the web server refuses by itself."""
