"""One person for one e-mail address, however it is written."""

from __future__ import annotations

import pytest

from portal.errors import Conflict
from portal.models.accounts import Account, RoleName
from portal.services.accounts import users
from portal.vault import Secret
from tests.postgres import database

__all__ = ["database"]


@pytest.mark.parametrize("spelled", ["ADA@northwind.example", "ａｄａ@northwind.example", "ada@northwind。example"])
def test_two_spellings_never_make_two_people(northwind: Account, spelled: str) -> None:
    password = Secret("umbrella granite walnut 7")
    ada = users.create(northwind, "ada@northwind.example", password, RoleName.ADMIN)
    with pytest.raises(Conflict):
        users.create(northwind, spelled, password, RoleName.ADMIN)
    assert users.get(spelled) == ada
