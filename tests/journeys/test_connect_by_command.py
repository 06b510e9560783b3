"""The same journey in a shell, against a PSA whose truth is counted exactly; and what a second sync writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from urllib.parse import urlsplit

import pytest

from portal.sandbox import Verbs, spawned
from tests.journeys.portal_process import Shell, serving

ACCOUNT = ("--account", "Northwind IT")


@dataclass(frozen=True)
class CommandPsa:
    """A PSA at the command line: the options of its form, and what a wrong secret is answered with."""

    slug: str
    address_option: str
    secret: str
    refusal: str

    @property
    def secret_option(self) -> str:
        return "--" + self.secret.replace("_", "-")

    def options(self, sandbox: Verbs) -> list[str]:
        entered = sandbox.entered()
        names = [name for name in entered if name not in {self.secret, "tenant"}]
        given = [word for name in names for word in ("--" + name.replace("_", "-"), entered[name])]
        return [self.address_option, sandbox.url, *given, f"{self.secret_option}-stdin"]


HALO = CommandPsa("halo", "--base-url", "client_secret", "Halo does not accept this Client ID or Client Secret.")
CONNECTWISE = CommandPsa(
    "connectwise", "--site", "private_key", "ConnectWise doesn't accept this Public Key and Private Key."
)


@pytest.fixture(params=[HALO, CONNECTWISE], ids=lambda psa: psa.slug)
def psa(request: pytest.FixtureRequest) -> CommandPsa:
    found: CommandPsa = request.param
    return found


@pytest.fixture
def sandbox(psa: CommandPsa) -> Iterator[Verbs]:
    with spawned("--records", "600", kind=psa.slug) as control:
        yield control


@pytest.fixture
def shell(tmp_path: Path, sandbox: Verbs) -> Iterator[Shell]:
    with serving(tmp_path / "data", allow=urlsplit(sandbox.url).netloc) as portal:
        yield portal


def connect(shell: Shell, psa: CommandPsa, sandbox: Verbs, secret: str) -> CompletedProcess[str]:
    shell.ok("account", "create", "Northwind IT")
    shell.ok("account", "enable", "Northwind IT", psa.slug)
    return shell.run("integration", "connect", psa.slug, *ACCOUNT, *psa.options(sandbox), typed=secret)


def sync(shell: Shell, *more: str) -> dict[str, Any]:
    run: dict[str, Any] = shell.json("sync", "run", *ACCOUNT, "--wait", *more)
    return run


def test_a_shell_connects_a_psa_and_each_sync_writes_exactly_what_changed(
    shell: Shell, psa: CommandPsa, sandbox: Verbs
) -> None:
    assert connect(shell, psa, sandbox, sandbox.entered()[psa.secret]).returncode == 0
    sync(shell)
    initial = shell.json("sync", "list", *ACCOUNT)[-1]
    assert {name: step["created"] for name, step in initial["steps"].items()} == totals(sandbox)
    counts = shell.json("records", "count", *ACCOUNT)
    assert {name: each["live"] for name, each in counts.items()} == totals(sandbox)

    assert written(sync(shell)) == {}

    changed = sandbox.change("contacts", count=5)
    sandbox.create("products", count=2)
    gone = sandbox.delete("assets", count=3)
    assert written(sync(shell)) == {
        "contacts": {"updated": len(changed)},
        "products": {"created": 2},
    }
    assert written(sync(shell, "--full")) == {"assets": {"deleted": len(gone)}}
    assert sandbox.counts()["violations"] == 0


def test_a_wrong_secret_is_named_with_its_option_and_connects_nothing(
    shell: Shell, psa: CommandPsa, sandbox: Verbs
) -> None:
    refused = connect(shell, psa, sandbox, "not-the-secret")
    assert refused.returncode == 1
    assert psa.refusal in refused.stderr
    assert psa.secret_option in refused.stderr
    assert shell.run("integration", "status", *ACCOUNT).returncode == 1


def written(run: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Return what a run wrote, by type; types and verbs without a record are left out."""
    assert run["state"] == "succeeded"
    verbs = ("created", "updated", "deleted", "failed")
    by_type = {name: {verb: step[verb] for verb in verbs if step[verb]} for name, step in run["steps"].items()}
    return {name: counts for name, counts in by_type.items() if counts}


def totals(sandbox: Verbs) -> dict[str, int]:
    return {name: truth["total"] for name, truth in sandbox.truth().items()}
