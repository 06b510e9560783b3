"""Signing keys are sealed like all other secrets, and follow the vault's key."""

from __future__ import annotations

import pytest

from portal import clock, vault
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.signing_keys import SigningKey
from portal.services.operations import sealed_values
from portal.vault import Secret

OLD, NEW = bytes(range(32)), bytes(range(1, 33))


@pytest.fixture
def stored(northwind: Account) -> SigningKey:
    row = SigningKey(
        integration=Integration.create(account=northwind, psa="halo"), address="https://x", requested_at=clock.now()
    )
    row.key = Secret("the signing key")
    row.save()
    return row


def test_a_rotation_seals_them_again(stored: SigningKey) -> None:
    vault.bind((NEW, OLD))
    assert sealed_values.examine().stale == 1
    assert sealed_values.rotate() == 1
    vault.bind((NEW,))
    assert SigningKey.get().key.reveal() == "the signing key"


def test_one_that_does_not_open_names_its_account(stored: SigningKey) -> None:
    vault.bind((NEW,))
    assert sealed_values.examine().broken == ["Northwind IT"]
