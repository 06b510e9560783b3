"""Passwords that others would guess first are refused, and the refusal says how to make a better one."""

from __future__ import annotations

import secrets

import pytest

from portal.errors import Invalid
from portal.models.accounts import Account, RoleName, User
from portal.processes.demo_accounts import UNAMBIGUOUS_LETTERS
from portal.services.accounts import passwords, users
from portal.vault import Secret

ABOUT = ("ada.lovelace@northwind.example", "Ada Lovelace", "Northwind IT")

KNOWN = ["passwordpassword", "123456789012", "qwertyuiopas", "letmeinletmein", "password1password2", "iloveyou12345"]
PATTERNS = ["1qaz2wsx3edc", "zaq12wsxcde3", "asdfghjkl;'asd", "abcabcabcabc", "aaaaaaaaaaaa", "abcdefghijkl"]
REPEATED = ["letmein-letmein-letmein", "monkeymonkey1", "changemechangeme", "summer2026summer", "Winter2026Winter"]
DATES = [
    "01/02/1990 01/02",
    "1990-01-02 1990",
    "19900102199001",
    "27.11.2026 27.11.",
    "Welcome2026!!",
    "football2026!",
]
LEAKED = ["dearkimo1723", "soultrain007", "googleyahoo1", "engelbert1986", "Trafalgar1810", "ENGELBERT1986"]
OWN = [
    "ada.lovelace@northwind.example",
    "ADA.LOVELACE@northwind.example!",
    "!!ada.lovelace@northwind.example!!",
    "ada.lovelace2026",
    "Ada.Northwind2026",
    "ada northwind ada",
    "northwind.example1",
    "Northwind IT 2026",
    "4d4.l0vel4ce@n0rthwind",
    "elpmaxe.dniwhtron@ada",
    "ａｄａ．ｌｏｖｅｌａｃｅ１２",
]
PRODUCT = ["scopablehalo2026", "halopsaportal1!", "Scopable-Portal!", "HaloPSA-HaloPSA"]


@pytest.mark.parametrize("password", [*KNOWN, *LEAKED, *PATTERNS, *REPEATED, *DATES, *OWN, *PRODUCT])
def test_an_easily_guessed_password_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as caught:
        passwords.checked(password, ABOUT)
    assert caught.value.field == "password"
    assert "too easy to guess" in caught.value.problem
    assert "four or more unrelated words" in caught.value.remedy


@pytest.mark.parametrize("password", ["", "short", "eleven char"])
def test_a_short_one_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match="at least 12 characters"):
        passwords.checked(password, ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "umbrella granite walnut 7",
        "a new long password",
        "portal granite walnut 7",
        "ßüöä ¡fjälla¡ zük",
    ],
)
def test_a_good_one_is_taken(password: str) -> None:
    assert passwords.checked(password, ABOUT)


def test_the_passwords_that_the_demo_draws_are_taken() -> None:
    for _ in range(200):
        drawn = "-".join("".join(secrets.choice(UNAMBIGUOUS_LETTERS) for _ in range(4)) for _ in range(4))
        assert passwords.checked(drawn, ("admin@northwind.example", "Ada Admin", "Northwind IT")) == drawn


@pytest.mark.parametrize("password", ["a1" * 2048, "qwertyuiop" * 409, "\u0301" * 4096, "ada.lovelace@" * 300])
def test_a_long_one_is_judged_by_its_beginning_so_that_nobody_waits(password: str) -> None:
    with pytest.raises(Invalid):
        passwords.checked(password, ABOUT)


def test_a_weak_beginning_stays_weak_however_long_the_rest_is() -> None:
    with pytest.raises(Invalid):
        passwords.checked("a" * 200, ABOUT)


def test_a_person_without_a_name_is_judged_too() -> None:
    with pytest.raises(Invalid):
        passwords.checked("northwind northwind", ("a@northwind.example", "", ""))


def test_the_operator_cannot_give_a_weak_one_either(northwind: Account) -> None:
    with pytest.raises(Invalid, match="Most of it isn't secret"):
        users.create(northwind, "bob@northwind.example", Secret("bob.northwind.2026"), RoleName.ADMIN, name="Bob")
    person = users.create(northwind, "bob@northwind.example", Secret("umbrella granite walnut"), RoleName.ADMIN)
    with pytest.raises(Invalid):
        users.set_password(person, Secret("bob@northwind.example"))
    assert User.get_by_id(person.id).password == person.password
