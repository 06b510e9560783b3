"""Recovery codes: hashed, shown once, used once."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import db
from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.second_factor import RecoveryCode
from portal.services.accounts import recovery_codes
from tests.routes.phone import AT_ONCE, at_once, half_logged_in, is_in, protected, same_session


@pytest.fixture
def codes(alice: User) -> list[str]:
    protected(alice)
    return recovery_codes.make(alice)


def use(client: FlaskClient, code: str, address: str = "192.0.2.1") -> int:
    return client.post("/mf-recovery", data={"code": code}, environ_base={"REMOTE_ADDR": address}).status_code


def test_each_logs_in_once(app: Flask, alice: User, codes: list[str]) -> None:
    for number, code in enumerate(codes):
        client, second = half_logged_in(app, alice), half_logged_in(app, alice)
        assert use(client, code, f"192.0.2.{number}") == 302
        assert is_in(client)
        if number < 3:
            assert "or it was already used" in second.post("/mf-recovery", data={"code": code}).text
            assert not is_in(second)
    assert recovery_codes.codes_left(alice) == recovery_codes.CodesLeft(left=0, made=10)


def test_one_logs_in_once_when_it_is_sent_eight_times_at_once(app: Flask, alice: User, codes: list[str]) -> None:
    clients = [half_logged_in(app, alice) for _ in range(AT_ONCE)]
    at_once([partial(use, client, codes[0]) for client in clients])
    assert sum(is_in(client) for client in clients) == 1
    assert recovery_codes.codes_left(alice).left == 9
    assert [entry.detail for entry in AuditEntry.select() if entry.action == "recovery_code.used"] == ["9 left"]


@pytest.mark.parametrize(
    "typed",
    [
        str.upper,
        lambda code: code.replace("-", ""),
        lambda code: f"  {code.replace('-', ' ')} ",
        lambda code: code.replace("0", "o").replace("1", "L"),
        lambda code: "".join(chr(ord(letter) + 0xFEE0) if letter.isalnum() else "–" for letter in code),
    ],
    ids=["upper case", "no dashes", "blanks", "letters like digits", "full width and long dashes"],
)
def test_it_may_be_typed_in_many_ways(typed: Callable[[str], str], app: Flask, alice: User, codes: list[str]) -> None:
    assert use(half_logged_in(app, alice), typed(codes[0])) == 302


@pytest.mark.parametrize("code", ["", "-", "0000-0000-0000-0000", "x" * 100_000, "\0", "é"])
def test_what_is_no_code_is_refused(code: str, app: Flask, alice: User, codes: list[str]) -> None:
    client = half_logged_in(app, alice)
    assert use(client, code) == 200
    assert not is_in(client)


def test_a_code_of_somebody_else_is_refused(app: Flask, alice: User, sam: User, codes: list[str]) -> None:
    protected(sam)
    recovery_codes.make(sam)
    client = half_logged_in(app, sam)
    use(client, codes[0])
    assert not is_in(client)


def test_guesses_are_limited_by_person(app: Flask, alice: User, codes: list[str]) -> None:
    clients = same_session(app, half_logged_in(app, alice), 40)
    statuses = [use(client, f"wrong {number}", f"192.0.2.{number}") for number, client in enumerate(clients)]
    assert sorted(statuses) == [200] * 8 + [429] * 32


def test_a_recovery_code_helps_when_codes_of_the_app_were_guessed(app: Flask, alice: User, codes: list[str]) -> None:
    client = half_logged_in(app, alice)
    for number in range(6):
        client.post(
            "/tf-validate", data={"code": f"00000{number}"}, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"}
        )
    assert use(client, codes[0]) == 302


def test_the_database_holds_hashes_only(alice: User, codes: list[str]) -> None:
    columns = str(db.db.execute_sql("SELECT * FROM recovery_code").fetchall())
    columns += str(db.db.execute_sql("SELECT * FROM audit_entry").fetchall())
    for code in codes:
        assert code not in columns
        assert code.replace("-", "") not in columns
    assert all(re.fullmatch(r"[0-9a-f]{64}", row.digest) for row in RecoveryCode.select())


def test_two_people_with_the_same_code_have_different_hashes(alice: User, sam: User) -> None:
    assert recovery_codes.digest(alice, "a-b") != recovery_codes.digest(sam, "a-b")


def test_new_ones_are_shown_once_and_replace_the_old_ones(
    app: Flask, as_alice: FlaskClient, alice: User, codes: list[str]
) -> None:
    page = as_alice.post("/two-factor/recovery-codes").text
    new = re.findall(r"<li><code>([^<]+)</code>", page)
    assert len(set(new)) == 10
    assert not set(new) & set(codes)
    assert "Your earlier codes no longer work." in page
    assert not any(code in as_alice.get("/two-factor/recovery-codes").text for code in new)
    client = half_logged_in(app, alice)
    use(client, codes[0])
    assert not is_in(client)
    use(client, new[0])
    assert is_in(client)


def test_there_are_none_while_two_factor_is_off(as_alice: FlaskClient) -> None:
    assert as_alice.get("/two-factor/recovery-codes").location == "/two-factor"
    assert as_alice.post("/two-factor/recovery-codes").status_code == 409
    assert not RecoveryCode.select().exists()


@pytest.mark.parametrize(
    ("used", "words"),
    [
        (2, "You have 8 of 10 recovery codes left."),
        (7, "You have 3 recovery codes left."),
        (9, "You have 1 recovery code left."),
        (10, "You have no recovery codes."),
    ],
)
def test_the_page_tells_how_many_are_left_and_warns_when_few_are(
    used: int, words: str, as_alice: FlaskClient, alice: User, codes: list[str]
) -> None:
    for code in codes[:used]:
        assert recovery_codes.use(alice, code)
    page = as_alice.get("/two-factor").text
    assert words in page
    assert ("alert-warning" in page) is (used >= 7)


def test_whoever_has_used_one_is_told_how_many_are_left(app: Flask, alice: User, codes: list[str]) -> None:
    client = half_logged_in(app, alice)
    use(client, codes[0])
    assert "You used a recovery code. You have 9 left." in client.get("/integrations").text


def test_a_recovery_code_is_offered_to_those_who_have_one(app: Flask, alice: User, codes: list[str]) -> None:
    page = half_logged_in(app, alice).post("/tf-rescue", data={"help_setup": "recovery_code"})
    assert (page.status_code, page.location) == (302, "/mf-recovery")
