"""Answers request bodies that break off or are malformed with 400, without an entry in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Body:
    """A request's body that raises OSError when reading fails. Werkzeug answers that with 400."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        return self._attempt(self._stream.read, size)

    def readline(self, size: int = -1) -> bytes:
        return self._attempt(self._stream.readline, size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _attempt(self, read: Callable[[int], bytes], size: int) -> bytes:
        try:
            return read(size)
        except Exception as error:  # each web server raises its own error for malformed chunks
            raise OSError("The body cannot be read.") from error


def init_app(app: Flask) -> None:
    app.wsgi_app = _read_safely(app.wsgi_app)  # type: ignore[assignment, method-assign]


def _read_safely(inner: WsgiApp) -> WsgiApp:
    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return inner({**environ, "wsgi.input": Body(environ["wsgi.input"])}, start_response)

    return answer
