"""Uses the operator's PORTAL_PUBLIC_URL as the portal's address, whatever a request or a proxy claims."""

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

# Headers about the address that proxies send, and that anybody could forge.
FORWARDED: Final = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_PROTO",
)


class PublicAddress:
    """Makes every request look as if it was sent to the public URL: host, port and scheme."""

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
        # A public URL means a proxy in front, whose X-Forwarded-For is true. Without one, anybody could forge it.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=0, x_host=0)  # type: ignore[method-assign]
