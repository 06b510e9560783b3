from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from portal.sandbox.__main__ import main
from portal.sandbox.halo import main as halo
from portal.sandbox.halo import sizes_for
from portal.sandbox.halo.command import argument_parser, settings_from
from portal.sandbox.process import spawned
from tests.sandbox.visitor import Visitor


def test_a_sandbox_in_its_own_process_serves_and_obeys() -> None:
    with spawned("--records", "100", "--contacts", "77", "--seed", "3") as sandbox:
        assert sandbox.truth("contacts")["total"] == 77
        with Visitor(sandbox) as visitor:
            assert len(visitor.rows("contacts")) == 77
        assert sandbox.counts()["violations"] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "portal.sandbox", "halo", "--records", "10"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("Halo sandbox at http://127.0.0.1:")
        process.send_signal(number)
        assert process.wait(10) == 0


def test_it_can_end_with_its_parent() -> None:
    code = (
        "import os, subprocess, sys;"
        "child = subprocess.Popen([sys.executable, '-m', 'portal.sandbox', 'halo', '--records', '10',"
        " '--exit-with-parent'], stdout=subprocess.PIPE);"
        "child.stdout.readline(); os.write(1, str(child.pid).encode()); os._exit(0)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=30)
    child = int(answer.stdout)
    deadline = time.monotonic() + 10
    while _runs(child):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_taken_port_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert halo(["--port", str(taken.getsockname()[1]), "--records", "0"]) == 1
    assert capsys.readouterr().err.startswith("The sandbox cannot start: ")


def test_the_records_add_up() -> None:
    assert [sum(sizes_for(records).values()) for records in (0, 1, 99, 1501, 45_000)] == [0, 1, 99, 1501, 45_000]
    assert sizes_for(1000, assets=7)["assets"] == 7


def test_flags_make_tenants() -> None:
    options = argument_parser().parse_args(["--tenant", "acme", "--tenant", "globex", "--hosted", "--quota", "9"])
    settings = settings_from(options)
    assert [(each.name, each.seed, each.client_id) for each in settings.tenants] == [
        ("acme", 7, "acme-client-id"),
        ("globex", 8, "globex-client-id"),
    ]
    assert settings.hosted
    assert settings.knobs.quota == 9


def test_an_unknown_sandbox_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["freshdesk"]) == 2
    assert "halo" in capsys.readouterr().err


def test_it_listens_on_the_loopback_address_only() -> None:
    with spawned("--records", "10") as sandbox:
        port = int(sandbox.url.rpartition(":")[2])
        with socket.socket() as other, pytest.raises(OSError, match="refused"):
            other.connect(("127.0.0.2", port))


def test_a_webhook_can_be_given_from_the_shell() -> None:
    options = ("--webhook", "http://127.0.0.1:1/hook", "--webhook-user", "halo", "--webhook-secret", "s")
    with spawned("--records", "100", *options) as sandbox:
        (webhook,) = sandbox.webhooks()
        assert (webhook["url"], webhook["authentication"]) == ("http://127.0.0.1:1/hook", "basic")
        assert (webhook["user"], webhook["secret"]) == ("halo", "s")


def test_a_remote_webhook_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert halo(["--records", "0", "--webhook", "https://example.com/"]) == 1
    assert "http://127.0.0.1 or http://localhost only" in capsys.readouterr().err
