"""A new vault key changes how a secret is stored, not what was tested."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from portal import vault
from portal.config import Config
from portal.models.integrations import Integration
from portal.psa.adapter import Connection
from portal.psa.diagnosis import Diagnosis
from portal.sandbox.halo import HaloSandbox
from portal.services.connecting import connections, wizard
from portal.services.operations import sealed_values
from portal.vault import Secret
from tests.halo_fixtures import values
from tests.services.helpers import fresh

NEW_KEY = bytes(range(32, 64))


def rotate(config: Config) -> int:
    vault.bind((NEW_KEY, *config.vault_keys))
    return sealed_values.rotate()


def test_a_draft_that_has_passed_its_test_goes_on_after_a_rotation(tested: Integration, config: Config) -> None:
    assert rotate(config) > 0
    assert wizard.is_tested(fresh(tested))
    assert wizard.open_steps(fresh(tested)) == ["connect", "data"]


def test_proved_credentials_stay_proved(ready: Integration, config: Config) -> None:
    rotate(config)
    assert connections.is_proved(fresh(ready))


def test_a_fix_that_the_last_test_has_offered_is_still_offered(
    draft: Integration, halo: HaloSandbox, config: Config
) -> None:
    wizard.save_connection(draft, values(halo, auth_server=f"{halo.url}/identity"))
    diagnosis = wizard.test_connection(draft, None)
    assert diagnosis.fix is not None
    rotate(config)
    wizard.save_connection(fresh(draft), values(halo, client_secret=None, **diagnosis.fix.changes))
    assert fresh(draft).connection["auth_server"] == f"{halo.url}/auth"


def test_a_test_that_is_under_way_counts_when_it_has_passed(
    draft: Integration, halo: HaloSandbox, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = connections.judge

    def meanwhile(integration: Integration, connection: Connection, *, is_proved: bool) -> Diagnosis:
        rotate(config)
        return judge(integration, connection, is_proved=is_proved)

    wizard.save_connection(draft, values(halo))
    monkeypatch.setattr(connections, "judge", meanwhile)
    assert wizard.test_connection(draft, None).ok
    assert wizard.is_tested(draft)
    assert wizard.is_tested(fresh(draft))
    vault.bind((NEW_KEY,))
    assert sealed_values.examine().ok


def test_what_has_not_passed_does_not_pass_by_a_rotation(
    draft: Integration, halo: HaloSandbox, config: Config
) -> None:
    wizard.save_connection(draft, values(halo, client_secret=Secret("wrong")))
    assert not wizard.test_connection(draft, None).ok
    rotate(config)
    assert not wizard.is_tested(fresh(draft))


def test_a_test_of_older_values_stays_void(tested: Integration, halo: HaloSandbox, config: Config) -> None:
    wizard.save_connection(tested, values(halo, client_secret=Secret("another")))
    assert not wizard.is_tested(fresh(tested))
    rotate(config)
    assert not wizard.is_tested(fresh(tested))


def test_a_rotation_writes_nothing_but_what_is_sealed_and_its_test(
    tested: Integration, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = sealed_values._stored

    def changed_meanwhile() -> Iterator[tuple[Any, str, str]]:
        found = list(read())
        Integration.update(connection={**tested.connection, "tenant": "changed"}).execute()
        return iter(found)

    monkeypatch.setattr(sealed_values, "_stored", changed_meanwhile)
    rotate(config)
    assert fresh(tested).connection["tenant"] == "changed"
    assert not wizard.is_tested(fresh(tested))
