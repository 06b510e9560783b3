"""Custom fields at the simulated Halo, and its switches for them."""

from __future__ import annotations

import json

import pytest

from portal.sandbox.halo import HaloSandbox
from portal.sandbox.halo.custom_fields import PASSWORD
from tests.sandbox.visitor import Visitor

PATHS = {"clients": "Client", "sites": "Site", "assets": "Asset", "opportunities": "Opportunities"}


@pytest.mark.parametrize("kind", ["clients", "contacts", "contracts"])
def test_lists_have_them_unless_a_switch_says_otherwise(kind: str, sandbox: HaloSandbox, visitor: Visitor) -> None:
    assert visitor.rows(kind)[2]["customfields"]
    sandbox.turn(custom_fields_in_lists="when_asked")
    assert "customfields" not in visitor.rows(kind)[2]


@pytest.mark.parametrize("kind", PATHS)
def test_asked_by_their_ids_a_list_has_those_alone(kind: str, sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.turn(custom_fields_in_lists="when_asked")
    row = visitor.rows(kind, include_custom_fields="102,x,999")[2]
    assert [each["id"] for each in row["customfields"]] == [102]
    assert len(visitor.get(f"{PATHS[kind]}/{row['id']}").json()["customfields"]) > 1


@pytest.mark.parametrize("kind", ["contacts", "products", "contracts"])
def test_lists_that_do_not_know_the_parameter_ignore_it(kind: str, sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.turn(custom_fields_in_lists="when_asked")
    assert "customfields" not in visitor.rows(kind, include_custom_fields="101")[2]


def test_an_older_build_ignores_the_parameter_everywhere(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.turn(custom_fields_in_lists="never")
    assert "customfields" not in visitor.rows("clients", include_custom_fields="101")[2]


@pytest.mark.parametrize(("kind", "count"), [("1", 6), ("2", 4), ("3", 2), ("5", 5), ("4", 0), ("x", 0), ("", 0)])
def test_the_list_of_fields_is_by_kind(kind: str, count: int, visitor: Visitor) -> None:
    found = visitor.get("FieldInfo", typeid=kind).json()
    assert len(found) == count
    assert all("value" not in each for each in found)


def test_another_shape_is_values_by_name(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.turn(custom_fields_shape="map")
    assert visitor.rows("clients")[2]["customfields"]["CFsupportTier"] in {"Bronze", "Silver", "Gold"}


def test_a_switch_adds_fields_with_passwords(sandbox: HaloSandbox, visitor: Visitor) -> None:
    assert PASSWORD not in json.dumps(visitor.rows("clients"))
    sandbox.turn(password_fields=True)
    row = visitor.rows("clients")[2]
    assert json.dumps(row).count(PASSWORD) == 2
    assert json.dumps(visitor.get(f"Client/{row['id']}").json()).count(PASSWORD) == 2
    assert visitor.get("FieldInfo", typeid="2").json()[-2]["isencrypted"] is True
