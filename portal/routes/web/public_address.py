"""Behind a proxy: the operator's PORTAL_PUBLIC_URL says where the portal is, whatever a request says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.config import Config
from portal.public_url import DEFAULT_PORTS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# What a proxy says of the address, and what anybody could write.
FORWARDED: Final = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_PROTO",
)


class PublicAddress:
    """Lets every request look as if it had been sent to the public URL itself: host, port and scheme."""

    def __init__(self, app: WSGIApplication, public_url: str) -> None:
        self._app = app
        parts = urlsplit(public_url)
        self._address = {
            "wsgi.url_scheme": parts.scheme,
            "HTTP_HOST": parts.netloc,
            "SERVER_NAME": parts.hostname or "",
            "SERVER_PORT": str(parts.port or DEFAULT_PORTS[parts.scheme]),
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        for name in FORWARDED:
            environ.pop(name, None)
        environ.update(self._address)
        return self._app(environ, start_response)


def init_app(app: Flask, config: Config) -> None:
    if config.public_url:
        app.wsgi_app = PublicAddress(app.wsgi_app, config.public_url)  # type: ignore[method-assign]
        # A public URL means a proxy in front of us, which knows who calls; without one anybody could write this.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=0, x_host=0)  # type: ignore[method-assign]
