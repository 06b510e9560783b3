"""A database from before migration 0010, in which people have two-factor authentication on."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from passlib.totp import TOTP
from peewee import SQL, Table

from portal import create_app, db
from portal.config import Config
from portal.models.accounts import Account, User
from portal.models.second_factor import Authenticator, RecoveryCode
from portal.routes import settings
from portal.services.accounts import recovery_codes, users
from portal.services.operations import sealed_values
from tests.conftest import PASSWORD_HASH
from tests.old_database import opened
from tests.routes.phone import Phone, half_logged_in, is_in

BEFORE = "0009_guessing"
OLD_CODES = ["0f3a-91bc-77de", "aaaa-bbbb-cccc"]


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, config: Config, tmp_path: Path) -> Iterator[Config]:
    with opened(request, config, tmp_path, last=BEFORE) as old:
        yield old


def insert_person(name: str, secret_key: str | None, codes: list[str]) -> Phone:
    """Write a person with Flask-Security's columns, the key encrypted as it was."""
    key = TOTP.new().base32_key
    if not Account.select().exists():
        Account.create(name="Northwind IT")
    User.insert(
        account=Account.get(),
        email=f"{name}@northwind.example",
        password=PASSWORD_HASH,
        fs_uniquifier=name,
    ).execute()
    if secret_key:
        wallet = settings._derived(secret_key, "authenticator secrets")
        former = TOTP.using(issuer="Scopable", secrets={1: wallet})(key).to_json(encrypt=True)
        people = Table("user")
        people.bind(db.db.obj).update(
            {
                people.c.tf_primary_method: "authenticator",
                people.c.tf_totp_secret: former,
                people.c.mf_recovery_codes: ",".join(codes),
            }
        ).where(people.c.fs_uniquifier == name).execute()
    return Phone(key)


def upgraded(config: Config, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setenv("PORTAL_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("PORTAL_SECRET_KEY", config.secret_key)
    monkeypatch.setenv("PORTAL_VAULT_KEY", base64.urlsafe_b64encode(config.vault_keys[0]).decode())
    db.upgrade()
    return portal_on(config)


def portal_on(config: Config) -> Flask:
    """Make the portal, on the connection that the test itself uses."""
    connected = db.db.obj
    app = create_app(config)
    db.db.initialize(connected)
    return app


def person(name: str) -> User:
    found: User = User.get(User.fs_uniquifier == name)
    return found


def test_the_app_and_the_recovery_codes_go_on_working(old: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = insert_person("ada", old.secret_key, OLD_CODES)
    app = upgraded(old, monkeypatch)
    client = half_logged_in(app, person("ada"))
    client.post("/tf-validate", data={"code": phone.code()})
    assert is_in(client)
    for code in OLD_CODES:
        again = half_logged_in(app, person("ada"))
        again.post("/mf-recovery", data={"code": code})
        assert is_in(again)
    assert recovery_codes.stock(person("ada")) == recovery_codes.Stock(left=0, made=2)


def test_no_code_and_no_key_is_left_in_clear(old: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = insert_person("ada", old.secret_key, OLD_CODES)
    upgraded(old, monkeypatch)
    kept = "".join(
        str(list(Table(name).bind(db.db.obj).select(SQL("*")).tuples()))
        for name in ("user", "authenticator", "recovery_code")
    )
    assert not any(secret in kept for secret in (*OLD_CODES, phone.key, "enckey"))
    assert not any("tf_" in column.name or "mf_" in column.name for column in db.db.get_columns("user"))


def test_the_keys_belong_to_the_vault_from_then_on(old: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = insert_person("ada", old.secret_key, [])
    upgraded(old, monkeypatch)
    assert (sealed_values.examine().sealed, sealed_values.examine().broken) == (1, [])
    assert Authenticator.get().secret.reveal() == phone.key
    app = portal_on(replace(old, secret_key="another secret key, after the upgrade"))
    client = half_logged_in(app, person("ada"))
    client.post("/tf-validate", data={"code": phone.code()})
    assert is_in(client)


def test_people_without_two_factor_stay_without(old: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    insert_person("ada", None, [])
    upgraded(old, monkeypatch)
    assert not Authenticator.select().exists()
    assert not RecoveryCode.select().exists()


def test_nobody_is_let_in_with_the_password_alone_where_the_key_was_lost_before(
    old: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = insert_person("ada", "a secret key that has been replaced since", OLD_CODES)
    app = upgraded(old, monkeypatch)
    client = half_logged_in(app, person("ada"))
    client.post("/tf-validate", data={"code": phone.code()})
    assert not is_in(client)
    client.post("/mf-recovery", data={"code": OLD_CODES[0]})
    assert is_in(client)


def test_a_damaged_key_stops_no_upgrade_and_has_a_way_out(old: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = insert_person("ada", old.secret_key, OLD_CODES)
    db.db.execute_sql("UPDATE \"user\" SET tf_totp_secret = 'damaged'")
    app = upgraded(old, monkeypatch)
    page = half_logged_in(app, person("ada")).post("/tf-validate", data={"code": phone.code()})
    assert page.status_code == 409
    assert "portal user reset-two-factor ada@northwind.example" in page.text
    assert sealed_values.examine().broken == ["ada@northwind.example"]
    users.reset_two_factor(person("ada"))
    assert sealed_values.examine().broken == []


def test_an_upgrade_loses_no_person_and_nothing_that_belongs_to_one(
    old: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ada", "bob"):
        insert_person(name, old.secret_key, [])
    db.db.execute_sql(
        "INSERT INTO audit_entry (account_id, user_id, at, action, detail, actor)"
        " SELECT account_id, id, created_at, 'x', '', '' FROM \"user\""
    )
    upgraded(old, monkeypatch)
    assert User.select().count() == 2
    assert db.db.execute_sql("SELECT count(*) FROM audit_entry WHERE user_id IS NOT NULL").fetchone() == (2,)
