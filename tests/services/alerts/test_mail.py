"""Mail goes through smtplib, behind the same guard; a tiny server stands for the mail server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

import pytest
from apprise import NotifyType

from portal import allowed_hosts, guard
from portal.services.alerts import transport
from portal.vault import Secret


@dataclass
class MailServer:
    """Accepts one mail at a time without encryption. `answers` replaces its answer to a command."""

    port: int
    answers: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    mail: list[str] = field(default_factory=list)

    def serve(self, server: socket.socket) -> None:
        while True:
            try:
                peer, _ = server.accept()
            except OSError:
                return
            with peer, peer.makefile("rw", newline="") as lines:
                self._talk(lines)

    def _talk(self, lines: TextIO) -> None:
        _say(lines, "220 ready")
        while line := lines.readline():
            verb = line.strip().split(" ")[0].upper()
            self.commands.append(line.strip())
            if verb == "DATA":
                _say(lines, "354 go on")
                self.mail.append("".join(iter(lines.readline, ".\r\n")))
            _say(lines, self.answers.get(verb, "250 fine"))
            if verb == "QUIT":
                return


def _say(lines: TextIO, text: str) -> None:
    lines.write(f"{text}\r\n")
    lines.flush()


@contextmanager
def mail_server(**answers: str) -> Iterator[MailServer]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = MailServer(listener.getsockname()[1], answers)
        threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_allowed", frozenset())


def send(server: MailServer, host: str = "127.0.0.1", scheme: str = "mailto") -> str:
    address = f"{scheme}://{host}:{server.port}/?smtp={host}&from=portal@acme.example&to=ops@acme.example"
    return transport.send(Secret(address), "Error: no assets", "What to do: …", NotifyType.FAILURE)


def allow(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setattr(guard, "_allowed", allowed_hosts.parsed(host))


def test_mail_arrives_at_a_server_that_the_operator_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, "127.0.0.1")
    with mail_server() as server:
        assert send(server) == ""
    assert [line for line in server.commands if line.startswith("rcpt")] == ["rcpt TO:<ops@acme.example>"]
    assert "Error: no assets" in server.mail[0]


def test_a_private_mail_server_is_refused_before_it_is_dialled() -> None:
    with mail_server() as server:
        assert send(server, "localhost", "mailtos").startswith("The portal can't reach the server.")
        assert send(server, "127.0.0.1", "mailtos").startswith("127.0.0.1 is a private address.")
    assert server.commands == []


def test_mail_is_never_sent_without_encryption_to_other_servers() -> None:
    with mail_server() as server:
        assert send(server, "localhost") == "This sends mail without encryption. Use mailtos:// instead."
    assert server.commands == []


def test_a_server_without_starttls_gets_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, "127.0.0.1")
    with mail_server() as server:
        assert send(server, scheme="mailtos") != ""
    assert server.mail == []


@pytest.mark.parametrize(
    ("verb", "answer", "problem"),
    [
        ("RCPT", "550 no such user", "The mail server refused the sender or a recipient (550)."),
        ("MAIL", "530 log in first", "The mail server wants a user name and password (530)."),
        ("DATA", "554 spam", "The mail server refused the message (554)."),
    ],
)
def test_a_refusal_is_explained_without_the_servers_words(
    monkeypatch: pytest.MonkeyPatch, verb: str, answer: str, problem: str
) -> None:
    allow(monkeypatch, "127.0.0.1")
    with mail_server(**{verb: answer}) as server:
        assert send(server) == problem
