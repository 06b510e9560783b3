"""Everything that the simulated ConnectWise can do is on its desk, with a sentence."""

from __future__ import annotations

import msgspec
import pytest

from portal.sandbox.connectwise import ConnectWiseSandbox, Knobs, TenantSettings
from portal.sandbox.connectwise.callbacks.callback import Callback
from portal.sandbox.connectwise.desk.callback_words import CALLBACK
from portal.sandbox.connectwise.desk.faults import FAULTS
from portal.sandbox.connectwise.desk.knobs import GROUPS, KNOBS
from portal.sandbox.connectwise.desk.permissions import PERMISSIONS
from portal.sandbox.connectwise.desk.tables import TABLES
from portal.sandbox.connectwise.faults import KINDS, PLACES, Fault
from portal.sandbox.connectwise.record_types import RECORD_TYPES
from portal.sandbox.connectwise.settings import FIXED
from portal.sandbox.desk.faults import words
from portal.sandbox.desk.switches.controls import OTHER
from tests.sandbox.desk import Desk

NAMES = [each.name for each in msgspec.structs.fields(Knobs)]
CHANGEABLE = sorted({each.name for each in msgspec.structs.fields(TenantSettings)} - FIXED)
PAGES = (
    *("", "/records", "/records/contacts", "/records/contacts/new", "/records/clients/2", "/behavior", "/faults"),
    *("/webhooks", "/requests"),
)


@pytest.mark.parametrize("where", PAGES)
def test_every_page_names_connectwise_and_no_other_psa(desk: Desk, where: str) -> None:
    page = desk.see(where)
    assert "Simulated ConnectWise" in page
    assert "Halo" not in page


@pytest.mark.parametrize("name", NAMES)
def test_every_knob_has_a_sentence_and_a_group(name: str) -> None:
    assert name in KNOBS, f"explain Knobs.{name} in portal/sandbox/connectwise/desk/knobs.py"
    assert KNOBS[name].sentence.endswith((".", "]."))
    assert KNOBS[name].group in {each.id for each in GROUPS} - {OTHER}


@pytest.mark.parametrize("name", CHANGEABLE)
def test_every_setting_of_a_tenant_has_a_sentence(name: str) -> None:
    assert name in PERMISSIONS, f"explain TenantSettings.{name} in portal/sandbox/connectwise/desk/permissions.py"
    assert PERMISSIONS[name].sentence


@pytest.mark.parametrize("what", sorted(KINDS))
def test_every_fault_has_a_sentence_and_a_button(sandbox: ConnectWiseSandbox, desk: Desk, what: str) -> None:
    assert what in FAULTS, f"explain the fault {what!r} in portal/sandbox/connectwise/desk/faults.py"
    assert FAULTS[what].group in {each.id for each in words.GROUPS} - {OTHER}
    assert desk.send("/faults", desk.form("/faults", do="plan") | {"what": [what]}).startswith("Planned")
    assert sandbox.faults()[0]["fault"] == msgspec.to_builtins(Fault(what))


def test_every_place_of_a_fault_can_be_chosen(desk: Desk) -> None:
    page = desk.see("/faults")
    assert all(f'<option value="{place}"' in page for place in PLACES)


@pytest.mark.parametrize("name", [each.name for each in msgspec.structs.fields(Callback)])
def test_every_setting_of_a_callback_has_a_sentence(name: str) -> None:
    assert name in CALLBACK, f"explain Callback.{name} in portal/sandbox/connectwise/desk/callback_words.py"
    assert CALLBACK[name].sentence.endswith(".")


def test_no_sentence_explains_what_is_gone() -> None:
    assert set(KNOBS) == set(NAMES)
    assert set(PERMISSIONS) == set(CHANGEABLE)
    assert set(FAULTS) == KINDS
    assert set(CALLBACK) == {each.name for each in msgspec.structs.fields(Callback)}


def test_all_record_types_have_a_table() -> None:
    assert list(TABLES) == list(RECORD_TYPES)


def test_saving_every_group_as_it_is_changes_nothing(sandbox: ConnectWiseSandbox, desk: Desk) -> None:
    sandbox.turn(caps={"assets": 20}, update_filter={"contacts": "wide"}, dirty_text=["nul"], client_id_error=401)
    before, tenant = sandbox.settings(), sandbox.call("GET", "/tenants/acme")
    for group in GROUPS[:-1]:
        assert desk.send("/behavior", desk.form("/behavior", group=group.id)) == f"Saved: {group.title}."
    desk.send("/behavior", desk.form("/behavior", do="permit"))
    assert sandbox.settings() == before
    assert sandbox.call("GET", "/tenants/acme") == tenant
