"""Testing the connection again opens and closes issues about permissions, with either PSA."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models.accounts import Account
from portal.sandbox.halo import HaloSandbox
from portal.services.connecting import integrations
from portal.vault import Secret
from tests import connectwise_fixtures, halo_fixtures
from tests.connectwise_fixtures import connectwise
from tests.halo_fixtures import halo
from tests.services.helpers import fresh
from tests.services.issues.conftest import open_issues

__all__ = ["connectwise", "halo"]


@pytest.mark.parametrize("psa", ["halo", "connectwise"])
def test_a_permission_that_is_lost_and_given_back(
    northwind: Account, psa: str, request: pytest.FixtureRequest
) -> None:
    fixtures: Any = {"halo": halo_fixtures, "connectwise": connectwise_fixtures}[psa]
    copy = fixtures.connected(northwind, request.getfixturevalue(psa))
    assert copy.sync()["state"] == "succeeded"
    copy.sandbox.fault("status", status=403, on="contacts", times=None)
    assert integrations.test_again(fresh(copy.integration), None).ok
    assert open_issues() == [("permission_lost", "contacts")]
    copy.sandbox.clear_faults()
    assert integrations.test_again(fresh(copy.integration), None).ok
    assert open_issues() == []


def test_a_new_secret_that_may_read_the_type_closes_its_issue(northwind: Account, halo: HaloSandbox) -> None:
    copy = halo_fixtures.connected(northwind, halo)
    copy.sync()
    halo.fault("status", status=403, on="contacts", times=None)
    integrations.test_again(fresh(copy.integration), None)
    halo.clear_faults()
    secret = Secret(halo.credentials().client_secret)
    assert integrations.replace_secrets(fresh(copy.integration), {"client_secret": secret}, None).ok
    assert open_issues() == []


def test_a_new_secret_that_is_refused_leaves_the_issue_open(northwind: Account, halo: HaloSandbox) -> None:
    copy = halo_fixtures.connected(northwind, halo)
    copy.sync()
    halo.fault("status", status=403, on="contacts", times=None)
    integrations.test_again(fresh(copy.integration), None)
    halo.clear_faults()
    assert not integrations.replace_secrets(fresh(copy.integration), {"client_secret": Secret("wrong")}, None).ok
    assert open_issues() == [("permission_lost", "contacts")]
