"""Accounts: names are unique, and each PSA is switched on by itself."""

from __future__ import annotations

import pytest

from portal.errors import Conflict, Invalid, NotFound
from portal.models.accounts import Account
from portal.models.audit import AuditEntry
from portal.psa.registry import NAMES
from portal.services.accounts import accounts

pytestmark = pytest.mark.usefixtures("database")


def test_a_new_account_has_no_psa() -> None:
    account = accounts.create("  Northwind IT ")
    assert (account.name, account.enabled_psas) == ("Northwind IT", [])


@pytest.mark.parametrize("psa", list(NAMES))
def test_a_psa_is_switched_by_itself(psa: str) -> None:
    account = accounts.create("Northwind IT")
    accounts.set_available(account, psa, available=True)
    assert accounts.get("Northwind IT").enabled_psas == [psa]


def test_the_operators_actions_are_recorded() -> None:
    account = accounts.create("Northwind IT")
    accounts.set_available(account, "halo", available=True)
    accounts.set_available(account, "halo", available=False)
    actions = [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id)]
    assert actions == ["account.created", "account.psa_enabled", "account.psa_disabled"]


def test_a_taken_name_is_refused_and_nothing_is_noted(northwind: Account) -> None:
    with pytest.raises(Conflict):
        accounts.create(northwind.name)
    assert AuditEntry.select().count() == 0


@pytest.mark.parametrize("name", ["", "   "])
def test_an_account_needs_a_name(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        accounts.create(name)
    assert caught.value.field == "name"


def test_an_account_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match="Nobody"):
        accounts.get("Nobody")
