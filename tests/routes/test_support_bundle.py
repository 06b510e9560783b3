"""The account's support bundle: what it answers, and what it never holds."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from flask.testing import FlaskClient

from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.issues import Issue
from portal.models.records import Record
from portal.models.sync import LogLevel, LogSubject, RunState, SyncLog, SyncStep
from portal.services.accounts import support_access
from portal.services.operations.pseudonyms import Pseudonyms
from tests.copies import copied
from tests.routes.conftest import SECRET, make_run
from tests.telling import tell

BUNDLE = "/support/bundle.zip"


def downloaded(client: FlaskClient) -> zipfile.ZipFile:
    answer = client.post(BUNDLE)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="scopable-support-')
    return zipfile.ZipFile(io.BytesIO(answer.data))


def part(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(f"{name}.json"))


def busy(halo: Integration, alice: User) -> None:
    """Leave traces of everything that a bundle is about, with secrets and people where they could slip in."""
    run = make_run(
        halo, RunState.FAILED, started_by=alice, problem=f"Halo said: Bearer {SECRET}, ask alice@northwind.example."
    )
    copied(halo, [7])
    Record.update(name="Zebra Solicitors").execute()
    line = {"integration": halo, "run": run, "level": LogLevel.WARNING, "record_type": "assets"}
    SyncLog.create(
        **line,
        subject=LogSubject.RECORD,
        remote_id=7,
        message='Zebra Solicitors wasn\'t stored. The email is "jane.doe@client.example", the owner "Jane Doe".',
    )
    SyncLog.create(**line, subject=LogSubject.STEP, message="Alice (bob+x@client.example) saw no assets.")
    Issue.create(integration=halo, kind="sync_failed", severity="critical", problem="Ask carol@client.example.")
    tell(halo, {"secret_in_a_body": "body-of-a-delivery"})
    support_access.grant(halo.account, alice, 3, "for dave@client.example")


def test_it_answers_the_first_questions(as_alice: FlaskClient, alice: User, halo: Integration) -> None:
    busy(halo, alice)
    archive = downloaded(as_alice)
    assert "look through it before you send it" in archive.read("README.txt").decode()
    (integration,) = part(archive, "integrations")
    assert (integration["psa"], integration["state"]) == ("halo", "active")
    assert integration["records"]["assets"]["live"] == 1
    assert sum(integration["webhook"]["deliveries"].values()) == 1
    assert integration["requests"]["limit"] == 700
    (test,) = part(archive, "connection_tests")["halo"]
    assert test["lists"]["assets"]["access"] == "granted"
    (run,) = part(archive, "runs")["halo"]
    assert (run["state"], run["steps"][0]["record_type"], run["steps"][0]["fetched"]) == ("failed", "clients", 1000)
    assert [line["subject"] for line in part(archive, "problems")["halo"]] == ["step", "record"]
    assert part(archive, "issues")["halo"][0]["kind"] == "sync_failed"
    assert "support_access.granted" in {entry["action"] for entry in part(archive, "activity")}
    assert part(archive, "about")["portal"]


def test_it_holds_no_secret_no_person_and_no_record(as_alice: FlaskClient, alice: User, halo: Integration) -> None:
    busy(halo, alice)
    archive = downloaded(as_alice)
    everything = "\n".join(archive.read(name).decode() for name in archive.namelist())
    secrets = [SECRET, halo.webhook_secret.reveal(), halo.webhook_id, "acme-client-id", "body-of-a-delivery"]
    people = ["@", "alice", "Alice", "Jane", "Doe", "carol", "dave", halo.agent_name]
    for word in [*secrets, *people, "Zebra"]:
        assert word not in everything, word
    assert "[name] wasn't stored. The email is [value], the owner [value]." in everything


def test_a_syncs_problem_names_no_record(as_alice: FlaskClient, alice: User, halo: Integration) -> None:
    problem = "The details of “Zebra Ltd” (7) couldn't be read."
    run = make_run(halo, RunState.INCOMPLETE, problem=problem)
    SyncStep.update(problem=problem).execute()
    SyncLog.create(integration=halo, run=run, level="error", subject="step", record_type="clients", message=problem)
    archive = downloaded(as_alice)
    (shown,) = part(archive, "runs")["halo"]
    problems = [shown["problem"], shown["steps"][0]["problem"], part(archive, "problems")["halo"][0]["message"]]
    assert problems == ["The details of [value] (7) couldn't be read."] * 3


def test_a_person_has_one_pseudonym_in_a_bundle(as_alice: FlaskClient, alice: User, halo: Integration) -> None:
    busy(halo, alice)
    archive = downloaded(as_alice)
    (run,) = part(archive, "runs")["halo"]
    assert run["started_by"].startswith("person-")
    assert run["started_by"] in {entry["who"] for entry in part(archive, "activity")}
    assert run["started_by"] in run["problem"]
    assert run["started_by"] in part(archive, "problems")["halo"][0]["message"]
    (again,) = part(downloaded(as_alice), "runs")["halo"]
    assert again["started_by"] != run["started_by"]


def test_another_accounts_data_is_not_in_it(as_mallory: FlaskClient, alice: User, halo: Integration) -> None:
    busy(halo, alice)
    archive = downloaded(as_mallory)
    assert part(archive, "integrations") == []
    assert part(archive, "activity") == []


def test_it_is_for_admins_and_is_recorded(as_alice: FlaskClient, as_sam: FlaskClient, halo: Integration) -> None:
    assert "Download the bundle" not in as_sam.get("/support").text
    assert as_sam.post(BUNDLE).status_code == 403
    assert AuditEntry.select().where(AuditEntry.action == "bundle.made").count() == 0
    downloaded(as_alice)
    entry = AuditEntry.get(AuditEntry.action == "bundle.made")
    assert (entry.actor, entry.account) == ("alice@northwind.example", halo.account)


def test_bundles_are_limited(as_alice: FlaskClient, halo: Integration) -> None:
    assert [as_alice.post(BUNDLE).status_code for _ in range(7)] == [200] * 6 + [429]


def test_long_texts_are_shortened_and_short_names_stay_words() -> None:
    people = Pseudonyms({"Al": "al@x", "Ann": "ann@x", "Ann Marie": "marie@x"})
    assert people.clean({"a": ["x" * 3000]})["a"][0].endswith("… (shortened)")
    assert people.clean("Al annotates") == "Al annotates"
    assert people.clean("Ann Marie left") == f"{people.of('MARIE@x')} left"
