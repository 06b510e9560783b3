"""The same journey in a shell, against a Halo whose truth is counted exactly; and what a second sync writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from portal.sandbox import SandboxControl, spawned
from tests.journeys.portal_process import Shell, serving

ACCOUNT = ("--account", "Northwind IT")


@pytest.fixture
def halo() -> Iterator[SandboxControl]:
    with spawned("--records", "600") as control:
        yield control


@pytest.fixture
def shell(tmp_path: Path, halo: SandboxControl) -> Iterator[Shell]:
    with serving(tmp_path / "data", allow=urlsplit(halo.url).netloc) as portal:
        yield portal


def connect(shell: Shell, halo: SandboxControl) -> None:
    login = halo.credentials()
    shell.ok("account", "create", "Northwind IT")
    shell.ok("account", "enable", "Northwind IT")
    words = ["--base-url", halo.url, "--client-id", login.client_id, "--client-secret-stdin"]
    shell.ok("integration", "connect", "halo", *ACCOUNT, *words, typed=login.client_secret)


def sync(shell: Shell, *more: str) -> dict[str, Any]:
    run: dict[str, Any] = shell.json("sync", "run", *ACCOUNT, "--wait", *more)
    return run


def test_a_shell_connects_halo_and_each_sync_writes_exactly_what_changed(shell: Shell, halo: SandboxControl) -> None:
    connect(shell, halo)
    sync(shell)
    initial = shell.json("sync", "list", *ACCOUNT)[-1]
    assert {name: step["created"] for name, step in initial["steps"].items()} == totals(halo)
    counts = shell.json("records", "count", *ACCOUNT)
    assert {name: each["live"] for name, each in counts.items()} == totals(halo)

    assert written(sync(shell)) == {}

    changed = halo.change("contacts", count=5)
    halo.create("products", count=2)
    gone = halo.delete("assets", count=3)
    assert written(sync(shell)) == {
        "contacts": {"updated": len(changed)},
        "products": {"created": 2},
    }
    assert written(sync(shell, "--full")) == {"assets": {"deleted": len(gone)}}
    assert halo.counts()["violations"] == 0


def test_a_wrong_secret_is_named_with_its_option_and_connects_nothing(shell: Shell, halo: SandboxControl) -> None:
    shell.ok("account", "create", "Northwind IT")
    shell.ok("account", "enable", "Northwind IT")
    words = ["--base-url", halo.url, "--client-id", halo.credentials().client_id, "--client-secret-stdin"]
    refused = shell.run("integration", "connect", "halo", *ACCOUNT, *words, typed="not the secret")
    assert refused.returncode == 1
    assert "Halo does not accept this Client ID or Client Secret." in refused.stderr
    assert "--client-secret" in refused.stderr
    assert shell.run("integration", "status", *ACCOUNT).returncode == 1


def written(run: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Return what a run wrote, by type; types and verbs without a record are left out."""
    assert run["state"] == "succeeded"
    verbs = ("created", "updated", "deleted", "failed")
    by_type = {name: {verb: step[verb] for verb in verbs if step[verb]} for name, step in run["steps"].items()}
    return {name: counts for name, counts in by_type.items() if counts}


def totals(halo: SandboxControl) -> dict[str, int]:
    return {name: truth["total"] for name, truth in halo.truth().items()}
