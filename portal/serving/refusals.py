"""Error responses of the web server itself, for requests that do not reach the app."""

from __future__ import annotations

from typing import Final

from waitress.utilities import Error

ANSWERS: Final = {
    400: ("Bad Request", "This request is not valid HTTP."),
    408: ("Request Timeout", "The request took too long to arrive. Send it again."),
    413: ("Content Too Large", "This request is too large."),
    414: ("URI Too Long", "This address is too long."),
    417: ("Expectation Failed", "Only the expectation 100-continue is supported."),
    431: ("Request Header Fields Too Large", "The headers of this request are too large."),
    501: ("Not Implemented", "This transfer encoding is not supported."),
}


class Refusal(Error):
    """An error response that never echoes the request."""

    def __init__(self, code: int) -> None:
        self.code = code if code in ANSWERS else 400
        self.reason, words = ANSWERS[self.code]
        super().__init__(words)

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:  # noqa: ARG002  # waitress's signature
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        return f"{self.code} {self.reason}", headers, f"{self.body}\n".encode()
