"""Connecting HaloPSA and syncing from a shell, against a simulated Halo over real HTTP, without any worker."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running
from tests.cli.conftest import Shell

ACCOUNT = ("--account", "Northwind IT")
SIZES = {
    "clients": 12,
    "sites": 20,
    "contacts": 120,
    "products": 5,
    "assets": 40,
    "opportunities": 9,
    "contracts": 7,
}


@pytest.fixture
def halo() -> Iterator[HaloSandbox]:
    with running(HaloSandbox(Settings(tenants=[TenantSettings(sizes=SIZES)]))) as sandbox:
        yield sandbox


@pytest.fixture
def near_halo(northwind_shell: Shell, halo: HaloSandbox) -> Shell:
    """Run in a portal that may call the simulated Halo."""
    allowed = halo.url.removeprefix("http://")
    return Shell({**northwind_shell.environment, "PORTAL_OUTBOUND_ALLOW": allowed})


@pytest.fixture
def connected(near_halo: Shell, halo: HaloSandbox) -> Shell:
    near_halo.ok(*connect(halo), typed=f"{halo.credentials().client_secret}\n")
    return near_halo


@pytest.fixture
def synced(connected: Shell) -> Shell:
    """Have all records copied."""
    connected.ok("sync", "run", *ACCOUNT, "--wait")  # joins the first run, which waits for a worker that is not there
    return connected


def connect(halo: HaloSandbox, *more: str) -> tuple[str, ...]:
    place = ("--base-url", halo.url, "--client-id", halo.credentials().client_id)
    return ("integration", "connect", "halo", *ACCOUNT, *place, "--client-secret-stdin", *more)


def test_a_first_sync_copies_what_halo_has_and_only_reads(synced: Shell, halo: HaloSandbox) -> None:
    counts = synced.json("records", "count", *ACCOUNT)
    truth = {name: found["total"] for name, found in halo.truth().items()}
    assert {name: found["live"] for name, found in counts.items()} == truth
    assert halo.counts()["violations"] == 0


def test_a_second_sync_with_nothing_changed_writes_no_record(synced: Shell) -> None:
    run = synced.json("sync", "run", *ACCOUNT, "--wait")
    assert run["state"] == "succeeded"
    assert {step["created"] + step["updated"] + step["deleted"] for step in run["steps"].values()} == {0}


def test_a_sync_after_changes_writes_exactly_those(synced: Shell, halo: HaloSandbox) -> None:
    halo.create("contacts", 3)
    halo.change("assets", count=2, seed=1)
    steps = synced.json("sync", "run", *ACCOUNT, "--wait", "--full")["steps"]
    assert (steps["contacts"]["created"], steps["assets"]["updated"]) == (3, 2)
    assert sum(step["created"] + step["updated"] for step in steps.values()) == 5


def test_the_report_has_the_shape_that_scripts_rely_on(synced: Shell) -> None:
    run = synced.json("sync", "status", *ACCOUNT)
    assert {"run", "state", "kind", "seconds", "requests", "steps"} <= run.keys()
    counters = {
        "expected",
        "fetched",
        "created",
        "updated",
        "unchanged",
        "left_out",
        "deleted",
        "failed",
        "requests",
    }
    assert run["steps"]["clients"].keys() == counters


def test_only_the_named_types_are_synced(connected: Shell) -> None:
    connected.ok("sync", "cancel", *ACCOUNT)
    run = connected.json("sync", "run", *ACCOUNT, "--types", "clients,assets", "--wait")
    assert list(run["steps"]) == ["clients", "assets"]


def test_a_wrong_secret_names_the_option_and_says_what_to_do(near_halo: Shell, halo: HaloSandbox) -> None:
    result = near_halo.run(*connect(halo), typed="wrong\n")
    problem, remedy = result.stderr.splitlines()
    assert result.exit_code == 1
    assert problem.endswith("(--client-secret)")
    assert "Regenerate the secret" in remedy
    assert near_halo.run("integration", "status", *ACCOUNT).exit_code == 1


def test_a_private_address_is_not_called_unless_the_operator_allows_it(
    northwind_shell: Shell, halo: HaloSandbox
) -> None:
    result = northwind_shell.run(*connect(halo), typed="any\n")
    assert result.exit_code == 1
    assert halo.counts()["total"] == 0


def test_an_account_without_halo_gets_an_error(near_halo: Shell, halo: HaloSandbox) -> None:
    near_halo.ok("account", "disable", "Northwind IT")
    result = near_halo.run(*connect(halo), typed="any\n")
    assert result.exit_code == 1
    assert "not available for your account" in result.stderr


@pytest.mark.parametrize("types", ["clients,tickets", "", "clients;sites"])
def test_an_unknown_type_is_wrong_usage(near_halo: Shell, halo: HaloSandbox, types: str) -> None:
    result = near_halo.run(*connect(halo, "--types", types), typed="any\n")
    assert result.exit_code == 2
    assert "Choose from clients, sites" in result.stderr


def test_a_second_connection_is_refused(connected: Shell, halo: HaloSandbox) -> None:
    assert "already connected" in connected.run(*connect(halo), typed="any\n").stderr


def test_a_running_sync_is_joined(connected: Shell) -> None:
    (first,) = connected.json("sync", "list", *ACCOUNT)
    result = connected.run("sync", "run", *ACCOUNT, "--wait", "--json")
    assert json.loads(result.stdout)["run"] == first["run"]
    assert result.stderr == f"Run {first['run']}, started by the command line, is already running; joining it.\n"


def test_a_cancelled_run_is_not_a_success(connected: Shell) -> None:
    connected.ok("sync", "cancel", *ACCOUNT)
    assert connected.json("sync", "list", *ACCOUNT)[0]["state"] == "cancelled"
    assert connected.run("sync", "cancel", *ACCOUNT).exit_code == 1


def test_a_type_that_halo_refuses_makes_the_exit_code_1(connected: Shell, halo: HaloSandbox) -> None:
    halo.change_tenant(refused=["assets"])
    connected.ok("sync", "cancel", *ACCOUNT)
    result = connected.run("sync", "run", *ACCOUNT, "--wait", "--json")
    run = json.loads(result.stdout)
    assert result.exit_code == 1
    assert run["state"] != "succeeded"
    assert run["steps"]["clients"]["created"] == SIZES["clients"]


def test_a_test_tells_what_the_agent_may_read(connected: Shell, halo: HaloSandbox) -> None:
    halo.change_tenant(refused=["assets"], unseen=["contracts"])
    verdict = connected.json("integration", "test", *ACCOUNT)
    assert (verdict["ok"], verdict["field"]) == (True, None)
    assert verdict["permissions"]["clients"] == "granted"
    assert verdict["permissions"]["assets"] == "refused"
    assert verdict["permissions"]["contracts"] == "empty"


def test_a_test_gives_advice_and_offers_a_fix(connected: Shell, halo: HaloSandbox) -> None:
    (advice,) = connected.json("integration", "test", *ACCOUNT)["advice"]
    assert "can write to Halo" in advice["problem"]
    assert "assets: granted." in connected.ok("integration", "test", *ACCOUNT)
    assert connected.json("integration", "test", *ACCOUNT)["fix"] is None


def test_a_test_that_fails_names_the_field(connected: Shell, halo: HaloSandbox) -> None:
    halo.change_tenant(client_secret="another one")
    result = connected.run("integration", "test", *ACCOUNT, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["field"] in {"client_id", "client_secret"}


def test_the_secret_is_in_no_output(synced: Shell, halo: HaloSandbox) -> None:
    secret = halo.credentials().client_secret
    for words in (("integration", "status"), ("integration", "test"), ("sync", "logs"), ("sync", "status")):
        assert secret not in synced.run(*words, *ACCOUNT, "--json").output


def test_records_stay_readable_after_disconnecting(synced: Shell) -> None:
    synced.ok("integration", "disconnect", *ACCOUNT, "--yes")
    assert synced.run("integration", "status", *ACCOUNT).exit_code == 1
    assert synced.json("records", "count", *ACCOUNT)["clients"]["live"] == SIZES["clients"]


@pytest.mark.parametrize(
    ("options", "typed", "words"),
    [
        (["--delete-records", "--yes"], None, "being deleted in the background"),
        (["--keep-records", "--yes"], None, "are kept"),
        ([], "y\nn\n", "being deleted in the background"),
        ([], "y\n\n", "are kept"),
    ],
)
def test_disconnecting_asks_what_happens_to_the_records(
    synced: Shell, options: list[str], typed: str | None, words: str
) -> None:
    assert words in synced.ok("integration", "disconnect", *ACCOUNT, *options, typed=typed)


def test_whoever_does_not_confirm_stays_connected(synced: Shell) -> None:
    assert synced.run("integration", "disconnect", *ACCOUNT, typed="n\n").exit_code == 1
    synced.ok("integration", "status", *ACCOUNT)


def test_a_record_is_shown_with_all_that_halo_sent(synced: Shell) -> None:
    one = synced.json("records", "list", *ACCOUNT, "contacts", "--limit", "1")[0]
    shown = json.loads(synced.ok("records", "show", *ACCOUNT, "contacts", str(one["remote_id"])))
    assert shown["payload"]["id"] == one["remote_id"]
    assert shown["name"] == one["name"]


def test_a_record_that_is_not_there_says_why(synced: Shell) -> None:
    result = synced.run("records", "show", *ACCOUNT, "clients", "999999")
    assert result.exit_code == 1
    assert "Client 999999 isn't in Scopable." in result.stderr
    assert "Halo's list of clients didn't include it" in result.stderr


def test_an_export_holds_every_record_once(synced: Shell, tmp_path: Path) -> None:
    lines = synced.ok("records", "export", *ACCOUNT).splitlines()
    keys = {(one["record_type"], one["remote_id"]) for one in map(json.loads, lines)}
    assert len(lines) == len(keys) == sum(SIZES.values())
    synced.ok(
        "records", "export", *ACCOUNT, "--types", "sites", "--format", "csv", "--output", str(tmp_path / "s.csv")
    )
    rows = list(csv.DictReader(io.StringIO((tmp_path / "s.csv").read_text())))
    assert len(rows) == SIZES["sites"]
    assert all(row["fields.name"] and row["fields.address"] and row["custom_fields"] for row in rows)


def test_a_record_is_shown_with_its_fields(synced: Shell) -> None:
    number = synced.json("records", "list", *ACCOUNT, "opportunities", "--limit", "1")[0]["remote_id"]
    shown = json.loads(synced.ok("records", "show", *ACCOUNT, "opportunities", str(number)))
    assert shown["fields"]["value_once"]["amount"] == f"{shown['payload']['oppvalue_oneoff']:.2f}"
    assert shown["fields"]["owner"] is None or shown["fields"]["owner"]["name"].startswith("Agent ")
    assert {each["label"] for each in shown["custom_fields"]} >= {"Support tier", "Handover"}


def test_a_support_bundle_holds_no_secret_and_no_record(synced: Shell, halo: HaloSandbox, tmp_path: Path) -> None:
    synced.ok("support-bundle", str(tmp_path / "b.zip"))
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert json.loads(parts["tables.json"])["record"] == sum(SIZES.values())
    everything = "".join(parts.values())
    assert halo.credentials().client_secret not in everything
    assert synced.environment["PORTAL_SECRET_KEY"] not in everything
    assert synced.environment["PORTAL_VAULT_KEY"] not in everything
    assert synced.json("records", "list", *ACCOUNT, "contacts")[0]["name"] not in everything


def test_filters_are_shown_as_text_and_as_json(connected: Shell, halo: HaloSandbox) -> None:
    assert connected.ok("integration", "filters", *ACCOUNT).splitlines()[:2] == ["clients: all", "sites: all"]
    told = connected.json("integration", "filters", *ACCOUNT)
    assert told["record_types"] == list(SIZES)
    assert (told["filters"]["active_only"], told["filters"]["asset_types"]) == (False, [])


def test_active_only_is_shown_among_the_filters(near_halo: Shell, halo: HaloSandbox) -> None:
    secret = f"{halo.credentials().client_secret}\n"
    near_halo.ok(*connect(halo, "--active-only", "--types", "clients,sites"), typed=secret)
    assert near_halo.ok("integration", "filters", *ACCOUNT) == "clients: active clients only\nsites: all\n"


def test_an_account_without_halo_has_no_filters(near_halo: Shell) -> None:
    assert near_halo.run("integration", "filters", *ACCOUNT).exit_code == 1
