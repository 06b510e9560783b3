"""Parses a request while it arrives, and refuses it as soon as it is known to be invalid or too large."""

from __future__ import annotations

from typing import Any, Final

from waitress.buffers import OverflowableBuffer
from waitress.parser import HTTPRequestParser, ParsingError

from portal.request_sizes import largest_body, webhook_path
from portal.serving.chunks import Chunks
from portal.serving.heads import BadHead, canonical, has_bare_newline
from portal.serving.refusals import Refusal

# Every chunk costs the event loop time, however small it is. This is the most that chunk framing may take up, or else
# an eighth of the body.
LARGEST_CHUNKING: Final = 64 * 1024


class Request(HTTPRequestParser):
    """`is_refused`: the rest of it is not read, and the connection closes after the response.

    `is_over_limit`: too many deliveries are waiting already, so this one is to be refused.
    """

    is_refused = False
    is_over_limit = False
    path = ""  # waitress logs it even if the head is invalid
    _status = 0

    def received(self, data: bytes) -> int:
        if not self.completed and self._is_malformed(data):
            self.refuse(400)
            return len(data)
        consumed: int = super().received(data)
        if self.error is not None:
            self.refuse(self._status or self.error.code)
        elif self.headers_finished and not self.empty:
            self._enforce_size()
        return consumed

    def parse_header(self, head: bytes) -> None:
        try:
            super().parse_header(canonical(head))
        except BadHead as error:
            self._status = error.status
            raise ParsingError("") from error
        except ValueError as error:  # an invalid host in the target
            raise ParsingError("") from error
        if self.proxy_netloc and self.proxy_netloc.lower() != self.headers.get("HOST", "").lower():
            raise ParsingError("")
        if self.chunked:
            self.body_rcv: Any = Chunks(OverflowableBuffer(self.adj.inbuf_overflow))

    def refuse(self, status: int) -> None:
        """Answer it with this status, even if it is incomplete."""
        self.error = Refusal(status)
        self._end()

    @property
    def is_delivery(self) -> bool:
        return self.error is None and webhook_path(self.path) is not None

    @property
    def arrived(self) -> int:
        """The number of body bytes received."""
        return 0 if self.body_rcv is None else int(self.body_bytes_received)

    @property
    def held(self) -> int:
        return self.arrived + len(self.header_plus)

    def _is_malformed(self, data: bytes) -> bool:
        if self.headers_finished:
            return False
        # One empty line may be left over from the previous request. waitress would accept any whitespace.
        begins_badly = not self.header_plus and data[:1] in (b" ", b"\t", b"\v", b"\f")
        return begins_badly or has_bare_newline(self.header_plus, data)

    def _enforce_size(self) -> None:
        """Forward a request that is too large without its body, so that the app refuses it with its own message."""
        size = len(self.body_rcv) if self.chunked and self.body_rcv is not None else self.content_length
        if self.chunked and self.arrived - size > max(LARGEST_CHUNKING, size // 8):
            self.refuse(413)
        elif size > largest_body(self.path):
            self.headers["CONTENT_LENGTH"] = str(size)
            self.close()
            self.body_rcv = None
            self._end()

    def _end(self) -> None:
        self.is_refused = self.completed = self.connection_close = True
        self.expect_continue = False
        self.headers["CONNECTION"] = "close"
