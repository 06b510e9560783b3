from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from portal.sandbox.halo import HaloSandbox
from portal.sandbox.verbs import SandboxError
from tests.sandbox.visitor import PATHS, Visitor


@pytest.mark.parametrize("record_type", PATHS)
def test_created_records_are_new_and_active(sandbox: HaloSandbox, visitor: Visitor, record_type: str) -> None:
    before = sandbox.truth(record_type, ids=True)
    created = sandbox.create(record_type, 3)
    after = sandbox.truth(record_type, ids=True)
    assert after["active_ids"] == sorted(before["active_ids"] + created)
    assert set(created) <= set(visitor.ids(record_type))


def test_a_record_can_be_created_with_its_id(sandbox: HaloSandbox) -> None:
    assert sandbox.create("clients", ids=[5000], fields={"name": "Made here"}) == [5000]
    assert sandbox.record("clients", 5000)["row"]["name"] == "Made here"
    with pytest.raises(SandboxError, match="exist already"):
        sandbox.create("clients", ids=[5000])


@pytest.mark.parametrize(
    ("record_type", "field", "gone", "back"),
    [
        ("clients", "inactive", True, False),
        ("sites", "inactive", True, False),
        ("contacts", "inactive", True, False),
        ("assets", "inactive", True, False),
        ("opportunities", "hasbeenclosed", True, None),
        ("contracts", "active", False, True),
        ("products", "inactive", None, None),
    ],
)
def test_a_row_says_its_state_in_its_own_way(
    sandbox: HaloSandbox, record_type: str, field: str, gone: object, back: object
) -> None:
    (number,) = sandbox.deactivate(record_type, count=1)
    assert sandbox.record(record_type, number)["row"].get(field) is gone
    assert sandbox.record(record_type, number)["active"] is False
    sandbox.reactivate(record_type, [number])
    assert sandbox.record(record_type, number)["row"].get(field) is back
    assert sandbox.record(record_type, number)["active"] is True


@pytest.mark.parametrize("record_type", PATHS)
def test_deleted_records_are_gone(sandbox: HaloSandbox, visitor: Visitor, record_type: str) -> None:
    total = sandbox.truth(record_type)["total"]
    deleted = sandbox.delete(record_type, count=2)
    assert sandbox.truth(record_type)["total"] == total - 2
    assert not set(deleted) & set(visitor.ids(record_type))


@pytest.mark.parametrize(
    ("record_type", "stamp"),
    [("products", "lastmodified"), ("opportunities", "last_update"), ("contracts", "last_modified")],
)
def test_a_change_moves_the_stamp_in_the_list(
    sandbox: HaloSandbox, visitor: Visitor, record_type: str, stamp: str
) -> None:
    (number,) = sandbox.change(record_type, count=1)
    row = next(row for row in visitor.rows(record_type) if row["id"] == number)
    assert row[stamp] > "2026-10-02"


@pytest.mark.parametrize(
    ("record_type", "stamp"),
    [("clients", "alastupdate"), ("sites", "slastupdate"), ("contacts", "ulastupdate"), ("assets", "dlastupdate")],
)
def test_or_in_the_detail_only(sandbox: HaloSandbox, visitor: Visitor, record_type: str, stamp: str) -> None:
    (number,) = sandbox.change(record_type, count=1)
    assert visitor.get(f"{PATHS[record_type][0]}/{number}").json()[stamp] > "2026-10-02"


def test_one_seed_draws_the_same_records(sandbox: HaloSandbox) -> None:
    first = sandbox.change("assets", count=5, seed=1)
    assert sandbox.change("assets", count=5, seed=1) == first
    assert sandbox.change("assets", count=5, seed=2) != first


def test_unknown_ids_are_refused_and_nothing_changes(sandbox: HaloSandbox) -> None:
    before = sandbox.truth(digests=True)
    with pytest.raises(SandboxError, match="KeyError"):
        sandbox.change("clients", [1, 424242], fields={"name": "x"})
    with pytest.raises(SandboxError):
        sandbox.delete("clients", count=10_000)
    assert sandbox.truth(digests=True) == before


def test_an_id_that_is_named_twice_is_deleted_once(sandbox: HaloSandbox) -> None:
    (number,) = sandbox.create("clients")
    total = sandbox.truth("clients")["total"]
    assert sandbox.delete("clients", [number, number]) == [number, number]
    assert sandbox.truth("clients")["total"] == total - 1


def test_readers_and_changes_do_not_disturb_each_other(sandbox: HaloSandbox) -> None:
    def read(_: int) -> int:
        with Visitor(sandbox) as visitor:
            return len(visitor.rows("assets"))

    total = sandbox.truth("assets")["total"]
    with ThreadPoolExecutor(4) as threads:
        readers = threads.map(read, range(8))
        for seed in range(20):
            sandbox.change("assets", count=10, seed=seed)
    assert set(readers) == {total}


def test_a_digest_is_that_of_the_row_as_canonical_json(sandbox: HaloSandbox, visitor: Visitor) -> None:
    def digest(row: dict[str, Any]) -> str:
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    truth = sandbox.truth("contacts", digests=True)
    assert truth["digests"] == {str(row["id"]): digest(row) for row in visitor.rows("contacts")}
