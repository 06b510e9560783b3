"""Puts the outbound guard beneath `smtplib`, for libraries that send mail on their own."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from portal import foreign_calls, guard
from portal.outbound import transport_error

SECONDS: Final = 15.0
FIRST_REFUSAL: Final = 400  # SMTP codes from here on are refusals


def install() -> None:
    """Guard all mail of this process from now on. Nothing else in the portal sends any."""
    smtplib.SMTP = GuardedSmtp  # type: ignore[misc]
    smtplib.SMTP_SSL = GuardedSmtpOverTls  # type: ignore[misc]


class GuardedSmtp(smtplib.SMTP):
    """Dials checked addresses only, and trusts the portal's authorities, whatever its caller asks for."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002
        with _noted(host):
            return guard.connect(host, port, SECONDS)

    def starttls(self, *_: Any, **__: Any) -> tuple[int, bytes]:
        with _noted(""):
            return super().starttls(context=guard.tls())

    def getreply(self) -> tuple[int, bytes]:
        code, text = super().getreply()
        if code >= FIRST_REFUSAL:
            foreign_calls.note(smtp_code=code)
        return code, text


class GuardedSmtpOverTls(smtplib.SMTP_SSL, GuardedSmtp):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "context": guard.tls()})

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        with _noted(host):
            return super()._get_socket(host, port, timeout)


@contextmanager
def _noted(host: str) -> Iterator[None]:
    """Note why a connection failed. An error of smtplib itself is no such failure."""
    try:
        yield
    except smtplib.SMTPException:
        raise
    except (OSError, UnicodeError) as error:
        foreign_calls.note(failure=transport_error(error, host).failure)
        raise
