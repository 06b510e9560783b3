"""`portal account` and `portal user`."""

from __future__ import annotations

import pytest

from tests.cli.conftest import PASSWORD, Shell


def test_a_new_account_may_connect_nothing_yet(shell: Shell) -> None:
    shell.ok("account", "create", "Northwind IT")
    (account,) = shell.json("account", "list")
    assert (account["name"], account["halo"], account["connectwise"]) == ("Northwind IT", False, False)


def test_a_psa_is_switched_on_and_off(shell: Shell) -> None:
    shell.ok("account", "create", "Northwind IT")
    shell.ok("account", "enable", "Northwind IT", "halo")
    assert shell.json("account", "list")[0]["halo"] is True
    shell.ok("account", "disable", "Northwind IT", "halo")
    assert shell.json("account", "list")[0]["halo"] is False


def test_people_see_a_table(northwind_shell: Shell) -> None:
    assert northwind_shell.ok("account", "list").splitlines() == [
        "ACCOUNT       HALO  CONNECTWISE",
        "Northwind IT  on    off",
    ]


def test_an_empty_list_says_so(shell: Shell) -> None:
    assert shell.ok("account", "list") == "Nothing to show.\n"
    assert shell.json("account", "list") == []


def test_a_name_that_is_taken_is_refused(northwind_shell: Shell) -> None:
    result = northwind_shell.run("account", "create", "Northwind IT")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == ["An account named Northwind IT already exists.", "Choose another name."]


@pytest.mark.parametrize(
    "words",
    [
        ("account", "enable", "Nobody"),
        ("user", "list", "--account", "Nobody"),
        ("sync", "status", "--account", "Nobody"),
        ("records", "count", "--account", "Nobody"),
        ("integration", "status", "--account", "Nobody"),
    ],
)
def test_an_account_that_is_not_there_is_named(shell: Shell, words: tuple[str, ...]) -> None:
    result = shell.run(*words)
    assert result.exit_code == 1
    assert result.stderr.startswith("There is no account named Nobody.\n")


def test_a_user_is_created_with_a_password_from_standard_input(northwind_shell: Shell) -> None:
    northwind_shell.ok(
        *("user", "create", "ada@northwind.example", "--account", "Northwind IT"),
        *("--role", "admin", "--name", "Ada", "--password-stdin"),
        typed=f"{PASSWORD}\n",
    )
    assert northwind_shell.json("user", "list") == [
        {
            "email": "ada@northwind.example",
            "name": "Ada",
            "role": "admin",
            "account": "Northwind IT",
            "active": True,
            "two_factor": False,
        }
    ]


def test_a_password_is_asked_for_twice_and_not_shown(northwind_shell: Shell) -> None:
    result = northwind_shell.run(
        "user", "create", "ada@northwind.example", "--account", "Northwind IT", typed=f"{PASSWORD}\n{PASSWORD}\n"
    )
    assert result.exit_code == 0
    assert PASSWORD not in result.output


def test_a_password_cannot_be_an_argument(northwind_shell: Shell) -> None:
    result = northwind_shell.run(
        "user", "create", "a@northwind.example", "--account", "Northwind IT", "--password", PASSWORD
    )
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("email", "password", "problem"),
    [
        ("no address", PASSWORD, "no address isn't a valid email address."),
        ("ada@northwind.example", "short", "Use at least 12 characters."),
    ],
)
def test_a_bad_person_is_refused(northwind_shell: Shell, email: str, password: str, problem: str) -> None:
    result = northwind_shell.run(
        "user", "create", email, "--account", "Northwind IT", "--password-stdin", typed=f"{password}\n"
    )
    assert (result.exit_code, result.stderr.strip()) == (1, problem)


def test_an_empty_password_is_refused_before_anything_is_done(northwind_shell: Shell) -> None:
    result = northwind_shell.run(
        "user", "create", "a@northwind.example", "--account", "Northwind IT", "--password-stdin", typed="\n"
    )
    assert result.exit_code == 2
    assert northwind_shell.json("user", "list") == []


def test_a_role_and_a_password_can_be_changed(northwind_shell: Shell) -> None:
    words = ("user", "create", "sam@northwind.example", "--account", "Northwind IT", "--password-stdin")
    northwind_shell.ok(*words, typed=f"{PASSWORD}\n")
    northwind_shell.ok("user", "set-role", "sam@northwind.example", "admin")
    northwind_shell.ok(
        "user", "set-password", "sam@northwind.example", "--password-stdin", typed="another password\n"
    )
    assert northwind_shell.json("user", "list", "--account", "Northwind IT")[0]["role"] == "admin"
    assert northwind_shell.run("user", "set-role", "sam@northwind.example", "owner").exit_code == 2
