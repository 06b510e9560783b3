"""Stored secrets open only in their own row and field, and secrets in memory are never shown."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.db import db
from portal.errors import VaultError
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.vault import Secret, Vault

OLD, NEW = bytes(32), b"\x01" * 32


def test_a_sealed_secret_opens_in_its_row_and_field() -> None:
    vault = Vault((NEW,))
    assert vault.open(vault.seal(Secret("käse"), "row/1"), "row/1").reveal() == "käse"


def test_sealing_twice_gives_different_texts() -> None:
    vault = Vault((NEW,))
    assert vault.seal(Secret("hush"), "row/1") != vault.seal(Secret("hush"), "row/1")


def test_a_secret_copied_to_another_row_does_not_open() -> None:
    vault = Vault((NEW,))
    with pytest.raises(VaultError, match="belongs to a different record"):
        vault.open(vault.seal(Secret("hush"), "row/1"), "row/2")


def test_a_changed_secret_does_not_open() -> None:
    vault = Vault((NEW,))
    sealed = vault.seal(Secret("hush"), "row/1")
    with pytest.raises(VaultError):
        vault.open(sealed[:-4] + ("AAAA" if sealed[-4:] != "AAAA" else "BBBB"), "row/1")


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "A",
        "A===",
        "AAAA",
        "AAAAAAAAAAAAAAAA",
        "not base64!",
        "AAAA AAAA",
        "ÄÖÜ",
        "\x00",
        "====",
        "\ud800",
        "😀" * 100,
    ],
)
def test_a_damaged_secret_raises_vault_error(damage: str) -> None:
    vault = Vault((NEW,))
    version, key_id, _ = vault.seal(Secret("hush"), "row/1").split(".")
    with pytest.raises(VaultError):
        vault.open(f"{version}.{key_id}.{damage}", "row/1")


@given(st.data())
def test_a_secret_with_any_part_removed_or_changed_raises_vault_error(data: st.DataObject) -> None:
    vault = Vault((NEW,))
    sealed = vault.seal(Secret("hush"), "row/1")
    begin, end = sorted(data.draw(st.tuples(*[st.integers(0, len(sealed))] * 2)))
    damaged = sealed[:begin] + data.draw(st.text(max_size=6)) + sealed[end:]
    assume(damaged != sealed)
    with pytest.raises(VaultError):
        vault.open(damaged, "row/1")


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "damaged", ["", "v1", "v1.", "v2.abc.AAAA", "hush", "v1.00000000.AAAA", b"\xff\xfe", 5, "\x00"]
)
def test_a_row_with_a_damaged_secret_can_be_read_but_not_opened(damaged: object, northwind: Account) -> None:
    row = Integration.create(account=northwind, psa="halo", uid="u1", credentials=Secret("hush"))
    db.execute_sql("UPDATE integration SET credentials = ?", (damaged,))
    found = Integration.get_by_id(row.id)
    with pytest.raises(VaultError):
        _ = found.credentials


def test_a_previous_key_opens_but_does_not_seal() -> None:
    sealed = Vault((OLD,)).seal(Secret("hush"), "row/1")
    vault = Vault((NEW, OLD))
    assert vault.open(sealed, "row/1").reveal() == "hush"
    assert not vault.is_current(sealed)
    assert vault.is_current(vault.seal(Secret("hush"), "row/1"))


def test_a_missing_key_is_reported_with_the_remedy() -> None:
    sealed = Vault((OLD,)).seal(Secret("hush"), "row/1")
    with pytest.raises(VaultError) as caught:
        Vault((NEW,)).open(sealed, "row/1")
    assert "PORTAL_VAULT_KEY_PREVIOUS" in caught.value.remedy


def test_a_secret_is_never_printed() -> None:
    secret = Secret("hush")
    assert "hush" not in f"{secret} {secret!r} {[secret]} {secret!s:>20}"


@pytest.mark.parametrize("leak", [pickle.dumps, json.dumps, copy.deepcopy, hash])
def test_a_secret_cannot_be_serialised(leak: object) -> None:
    assert callable(leak)
    with pytest.raises(TypeError):
        leak(Secret("hush"))


def test_secrets_are_not_compared() -> None:
    with pytest.raises(TypeError):
        _ = Secret("hush") == Secret("hush")


@pytest.mark.usefixtures("database")
def test_a_column_holds_no_plain_text() -> None:
    row = Integration(uid="u1", credentials=Secret("hush"))
    assert "hush" not in row.__data__["credentials"]
    assert row.credentials.reveal() == "hush"


@pytest.mark.usefixtures("database")
def test_a_column_refuses_plain_text() -> None:
    with pytest.raises(TypeError, match="credentials takes a Secret"):
        Integration(uid="u1", credentials="hush")
    with pytest.raises(TypeError, match="credentials takes a Secret"):
        Integration(uid="u1", credentials="v1.hush")
