"""Switches at the desk: they come from the structs themselves, each with a sentence."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest

from portal.sandbox.desk.desk_request import Form, FormError
from portal.sandbox.desk.switches.controls import OTHER, controls
from portal.sandbox.desk.switches.kinds import kind_of
from portal.sandbox.desk.switches.reading import changed
from portal.sandbox.desk.switches.words import SettingText
from portal.sandbox.halo import HaloSandbox, Knobs, TenantSettings
from portal.sandbox.halo.desk.knobs import GROUPS, KNOBS
from portal.sandbox.halo.desk.permissions import PERMISSIONS
from portal.sandbox.halo.settings import FIXED
from tests.sandbox.desk import Desk
from tests.sandbox.visitor import Visitor

NAMES = [each.name for each in msgspec.structs.fields(Knobs)]
CHANGEABLE = sorted({each.name for each in msgspec.structs.fields(TenantSettings)} - FIXED)


@pytest.mark.parametrize("name", NAMES)
def test_every_knob_has_a_sentence_and_a_group(name: str) -> None:
    assert name in KNOBS, f"explain Knobs.{name} in portal/sandbox/halo/desk/knobs.py"
    assert KNOBS[name].sentence.endswith((".", "}."))
    assert KNOBS[name].group in {each.id for each in GROUPS} - {OTHER}


@pytest.mark.parametrize("name", CHANGEABLE)
def test_every_setting_of_a_tenant_has_a_sentence(name: str) -> None:
    assert name in PERMISSIONS, f"explain TenantSettings.{name} in portal/sandbox/halo/desk/permissions.py"
    assert PERMISSIONS[name].sentence


def test_no_sentence_explains_what_is_gone() -> None:
    assert set(KNOBS) == set(NAMES)
    assert set(PERMISSIONS) == set(CHANGEABLE)


def test_every_knob_is_on_the_page_with_its_sentence(desk: Desk) -> None:
    page = desk.see("/behavior")
    for name in NAMES:
        assert f'name="{name}' in page
        assert KNOBS[name].label in page.replace("&#39;", "'")


def test_saving_every_group_as_it_is_changes_nothing(sandbox: HaloSandbox, desk: Desk) -> None:
    everything = {
        "caps": {"assets": 20},
        "local_dates": {"clients": -5.5},
        "flickers": ["order"],
        "authinfo": {"auth_url": "é"},
        "odd_text": {"clients": {"12": "broken_json"}},
        "expires_in": 7,
        "opaque_tokens": True,
        "past_end": "repeat",
        "entity_words": {"opportunities": "ticket"},
        "latency": 0.001,
        "quota_window": 123456.5,
    }
    sandbox.turn(**everything)
    before, tenant = sandbox.settings(), sandbox.call("GET", "/tenants/acme")
    for group in GROUPS[:-1]:
        assert desk.send("/behavior", desk.form("/behavior", group=group.id)) == f"Saved: {group.title}."
    desk.send("/behavior", desk.form("/behavior", do="permit"))
    assert sandbox.settings() == before
    assert sandbox.call("GET", "/tenants/acme") == tenant


TURNS: list[tuple[str, str, dict[str, Any], Any]] = [
    ("paging", "past_end", {"past_end": "repeat"}, "repeat"),
    ("paging", "caps", {"caps.assets": "20", "caps.sites": ""}, {"assets": 20}),
    ("clock", "local_dates", {"local_dates.clients": "-5"}, {"clients": -5.0}),
    ("clock", "ignores_update_filter", {"ignores_update_filter": ["", "clients", "assets"]}, ["clients", "assets"]),
    ("flicker", "flickers", {"flickers": ["", "computed", "order"]}, ["computed", "order"]),
    ("limits", "latency", {"latency": "0.25"}, 0.25),
    ("tokens", "token_calls", {"token_calls": "3"}, 3),
    ("tokens", "single_token", {"single_token": ["", "on"]}, True),
    ("identity", "authinfo", {"authinfo": '{"auth_url": "x"}'}, {"auth_url": "x"}),
    ("webhooks", "entity_words", {"entity_words.clients": "Customer"}, {"clients": "Customer"}),
]


@pytest.mark.parametrize(("group", "name", "typed", "value"), TURNS)
def test_a_switch_is_turned_and_turned_back(
    sandbox: HaloSandbox, desk: Desk, group: str, name: str, typed: dict[str, Any], value: Any
) -> None:
    at_start = desk.form("/behavior", group=group)
    before = sandbox.settings()
    desk.send("/behavior", at_start | typed)
    assert sandbox.settings() == before | {name: value}
    assert KNOBS[name].label in desk.see()  # among what differs from the start
    assert "badge changed" in desk.see("/behavior")
    desk.send("/behavior", at_start)
    assert sandbox.settings() == before
    assert "badge changed" not in desk.see("/behavior")


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("paging", {"caps.assets": "many"}, "Largest page, assets must be a whole number"),
    ("paging", {"caps.assets": "0"}, "at least 1"),
    ("paging", {"past_end": "explode"}, "can't be saved"),
    ("clock", {"local_dates.clients": "nan"}, "must be a number"),
    ("clock", {"ignores_update_filter": ["tickets"]}, "no record type"),
    ("limits", {"latency": "inf"}, "must be a number"),
    ("limits", {"latency": "-1"}, "at least 0"),
    ("limits", {"latency": "1e12"}, "at most"),
    ("limits", {"quota": "700.5"}, "must be a whole number"),
    ("limits", {"quota": "-1"}, "at least 0"),
    ("limits", {"quota": ""}, "must be a whole number"),
    ("limits", {"quota_window": "0"}, "at least 0.1"),
    ("identity", {"authinfo": "{"}, "must be JSON"),
    ("identity", {"profile": "[1]"}, "can't be saved"),
    ("details", {"odd_text": '{"clients": {"12": "smile"}}'}, "can't be saved"),
    ("nothing", {}, "group of switches doesn't exist"),
    ("", {}, "group of switches doesn't exist"),
]


@pytest.mark.parametrize(("group", "typed", "reason"), REFUSED)
def test_nonsense_turns_nothing_and_stays_to_be_mended(
    sandbox: HaloSandbox, desk: Desk, group: str, typed: dict[str, Any], reason: str
) -> None:
    before = sandbox.settings()
    form = desk.form("/behavior", group=group) if group in {each.id for each in GROUPS} else {}
    fields = {**form, **typed, "group": group}
    fields.pop("do", None)
    assert reason in desk.refused("/behavior", "turn", **fields)
    assert sandbox.settings() == before
    typed_texts = [text for text in typed.values() if isinstance(text, str) and text.isalnum()]
    answer = desk.post("/behavior", "turn", **fields).text
    assert all(f'value="{text}"' in answer for text in typed_texts if text != "explode")


def test_permissions_take_effect_at_once(sandbox: HaloSandbox, desk: Desk, visitor: Visitor) -> None:
    form = desk.form("/behavior", do="permit")
    desk.send("/behavior", form | {"refused": ["assets"], "unseen": ["sites"], "scopes": ["read:customers"]})
    assert visitor.get("Asset").status_code == 403
    assert visitor.get("Site").json()["record_count"] == 0
    with Visitor(sandbox) as restricted:
        assert restricted.get("Item").status_code == 403
    desk.send("/behavior", form)
    assert visitor.get("Asset").status_code == 200


def test_a_new_secret_replaces_the_old_one(sandbox: HaloSandbox, desk: Desk) -> None:
    desk.send("/behavior", desk.form("/behavior", do="permit") | {"client_secret": ["n&w"]})
    assert sandbox.credentials().client_secret == "n&w"
    assert "n&amp;w" in desk.see()


def test_what_is_fixed_cannot_be_posted(sandbox: HaloSandbox, desk: Desk) -> None:
    desk.send("/behavior", desk.form("/behavior", do="permit") | {"name": ["globex"], "seed": ["1"]})
    assert sandbox.credentials().tenant == "acme"


class Novel(msgspec.Struct):
    """Fields that no table explains yet."""

    daily: bool = False
    shape: Literal["round", "square"] = "round"
    sizes: dict[str, float] = {}
    ratio: float | None = None
    anything: Any = None


def test_a_new_field_appears_by_itself_with_its_name() -> None:
    kinds = {each.name: (each.words.label, each.kind.name) for each in controls(Novel(), {})}
    assert kinds == {
        "daily": ("Daily", "switch"),
        "shape": ("Shape", "choice"),
        "sizes": ("Sizes", "map"),
        "ratio": ("Ratio", "number"),
        "anything": ("Anything", "json"),
    }


def test_a_new_field_can_be_changed() -> None:
    typed = Form(
        [("daily", "on"), ("shape", "square"), ("sizes.clients", "-2.5"), ("ratio", ""), ("anything", "[1]")]
    )
    after = changed(Novel(ratio=1.0), {"daily", "shape", "sizes", "ratio", "anything"}, {}, typed)
    assert after == Novel(daily=True, shape="square", sizes={"clients": -2.5}, anything=[1])


@pytest.mark.parametrize("annotation", [bool | None, Literal[1, 2], list[int], dict[str, list[int]], int | str])
def test_whatever_has_no_control_of_its_own_is_json(annotation: Any) -> None:
    assert kind_of(annotation).name == "json"


def test_a_number_below_its_least_is_refused() -> None:
    with pytest.raises(FormError, match="Ratio must be at least 2"):
        changed(Novel(), {"ratio"}, {"ratio": SettingText("Ratio", "", least=2)}, Form([("ratio", "1")]))
