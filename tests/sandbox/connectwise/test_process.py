from __future__ import annotations

import pytest

from portal.sandbox import spawned
from portal.sandbox.connectwise import main
from portal.sandbox.connectwise.command import argument_parser, settings_from
from tests.sandbox.connectwise.member import PATHS, Member


def test_a_sandbox_in_its_own_process_serves_and_obeys() -> None:
    options = ("--records", "100", "--contacts", "77", "--webhook", "http://127.0.0.1:1/hook?recordId=")
    with spawned(*options, kind="connectwise") as sandbox:
        assert sandbox.truth("contacts")["total"] == 77
        with Member(sandbox) as member:
            assert len(member.ids(PATHS["contacts"])) == 77
        assert sandbox.counts()["violations"] == 0
        assert [each["type"] for each in sandbox.webhooks()][:2] == ["company", "contact"]


def test_flags_make_companies() -> None:
    options = argument_parser().parse_args(["--company", "acme", "--company", "globex", "--private-key", "s"])
    settings = settings_from(options)
    assert [(each.name, each.seed, each.private_key) for each in settings.tenants] == [
        ("acme", 7, "s"),
        ("globex", 8, "globexPrivateKey"),
    ]
    assert (settings.knobs.quota, settings.knobs.quota_window, settings.knobs.most_at_once) == (1000, 60.0, 12)


def test_a_remote_webhook_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--records", "0", "--webhook", "https://example.com/"]) == 1
    assert "http://127.0.0.1 or http://localhost only" in capsys.readouterr().err
