"""People: one address, one account; and passwords that Flask-Security can verify."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_security import verify_password

from portal.errors import Conflict, Invalid, NotFound
from portal.models.accounts import Account, RoleName, User
from portal.models.audit import AuditEntry
from portal.services.accounts import passwords, users
from portal.services.audit import audit_log
from portal.vault import Secret

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(northwind: Account) -> User:
    return users.create(northwind, "Ada@NORTHWIND.example", Secret(PASSWORD), RoleName.ADMIN, name="Ada")


def accepts(person: User, password: str) -> bool:
    """Ask Flask-Security, as its login page does."""
    assert person.password
    return bool(verify_password(password, person.password))


def test_the_login_page_accepts_the_password(app: Flask, ada: User) -> None:
    with app.app_context():
        assert accepts(ada, PASSWORD)
        assert not accepts(ada, "something else")


def test_a_person_logs_in_with_the_address_as_it_was_given(app: Flask, ada: User) -> None:
    with app.app_context():
        found = app.extensions["security"].datastore.find_user(
            email=app.extensions["security"].mail_util.normalize("Ada@Northwind.Example")
        )
    assert found.id == ada.id


def test_the_password_itself_is_stored_nowhere(ada: User) -> None:
    stored = str(User.select().dicts().get()) + str(list(AuditEntry.select().dicts()))
    assert PASSWORD not in stored


def test_a_new_password_ends_the_sessions_of_the_old_one(app: Flask, ada: User) -> None:
    before = ada.fs_uniquifier
    users.set_password(ada, Secret("a different password"))
    stored = users.get(ada.email)
    assert stored.fs_uniquifier != before
    with app.app_context():
        assert accepts(stored, "a different password")
        assert not accepts(stored, PASSWORD)


def test_a_role_can_be_changed(ada: User) -> None:
    users.set_role(ada, RoleName.SUPPORT)
    assert not users.get(ada.email).is_admin


def test_people_are_listed_by_account(ada: User, mallory: User) -> None:
    assert users.everyone(ada.account) == [ada]
    assert users.everyone() == [ada, mallory]


def test_an_address_belongs_to_one_account(ada: User, mallory: User) -> None:
    with pytest.raises(Conflict):
        users.create(mallory.account, ada.email, Secret(PASSWORD), RoleName.ADMIN)
    assert users.get(ada.email).account == ada.account


@pytest.mark.parametrize("email", ["", "ada", "ada@", "@northwind.example", "ada@northwind", "a b@northwind.example"])
def test_an_invalid_address_is_refused(northwind: Account, email: str) -> None:
    with pytest.raises(Invalid) as caught:
        users.create(northwind, email, Secret(PASSWORD), RoleName.ADMIN)
    assert caught.value.field == "email"


@pytest.mark.parametrize("password", ["", "short", "eleven char"])
def test_a_short_password_is_refused(ada: User, password: str) -> None:
    with pytest.raises(Invalid) as caught:
        users.set_password(ada, Secret(password))
    assert caught.value.field == "password"


@pytest.mark.usefixtures("database")
def test_a_person_who_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        users.get("nobody@northwind.example")


def test_what_a_removed_person_did_stays_under_their_address(ada: User) -> None:
    audit_log.record(ada.account, ada, "integration.connected")
    users.remove(ada)
    entry = AuditEntry.get(AuditEntry.action == "integration.connected")
    assert (entry.user, entry.actor) == (None, "ada@northwind.example")


def test_an_address_can_be_used_again_once_its_person_is_removed(ada: User, mallory: User) -> None:
    users.remove(ada)
    again = users.create(mallory.account, ada.email, Secret(PASSWORD), RoleName.SUPPORT)
    assert users.get(ada.email) == again


def test_a_new_password_can_be_too_long(ada: User) -> None:
    with pytest.raises(Invalid, match="at most"):
        users.set_password(ada, Secret("x" * (passwords.MAX_LENGTH + 1)))
