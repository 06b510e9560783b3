"""Addresses of people who were there before there was one normal form."""

from __future__ import annotations

from importlib import import_module

import pytest

from portal import db
from portal.errors import Conflict
from portal.models.accounts import Account, RoleName, User
from portal.services.accounts import users
from portal.vault import Secret
from tests.postgres import database

__all__ = ["database"]


def person(account: Account, email: str, logged_in: str | None = None) -> User:
    made: User = User.create(account=account, email=email, fs_uniquifier=email, current_login_at=logged_in)
    return made


def normalize() -> None:
    import_module("portal.migrations.0009_guessing")._normalize(db.db.obj)


def test_addresses_are_stored_in_their_normal_form(northwind: Account) -> None:
    ada = person(northwind, "Ada@northwind.example")
    bob = person(northwind, "bob@northwind.example")
    normalize()
    assert [users.get("ADA@northwind.example"), users.get("bob@northwind.example")] == [ada, bob]
    assert User.select().where(User.active).count() == 2


def test_of_two_people_with_one_address_the_last_to_log_in_keeps_it(northwind: Account) -> None:
    rare = person(northwind, "ada@northwind.example", "2099-01-01 00:00:00")
    often = person(northwind, "Ada@northwind.example", "2099-02-01 00:00:00")
    normalize()
    assert users.get("ada@northwind.example") == often
    other = users.get(f"ada+duplicate{rare.id}@northwind.example")
    assert other == rare
    assert not other.active


@pytest.mark.parametrize("spelled", ["ADA@northwind.example", "ａｄａ@northwind.example", "ada@northwind。example"])
def test_two_spellings_never_make_two_people(northwind: Account, spelled: str) -> None:
    password = Secret("umbrella granite walnut 7")
    ada = users.create(northwind, "ada@northwind.example", password, RoleName.ADMIN)
    with pytest.raises(Conflict):
        users.create(northwind, spelled, password, RoleName.ADMIN)
    assert users.get(spelled) == ada
