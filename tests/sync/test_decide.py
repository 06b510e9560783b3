"""Each row gets exactly one decision."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.halo import facts, records
from portal.halo.pages import Row
from portal.models.records import ChangeKind, RecordState
from portal.sync.decide import DIGEST_BYTES, Decision, Rejected, StoredRecord, compare, decide, fingerprint
from portal.sync.filters import Filters
from portal.sync.normal_form import Keys
from portal.sync.row_and_detail import Forms
from portal.sync.scope import CLIENT_NOT_SEEN, Scope

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIVE, OUT, GONE = RecordState.LIVE, RecordState.OUT_OF_SCOPE, RecordState.DELETED
EVERYTHING = Scope(Filters())
KEYS = Keys(lambda key: key == "ticketage", frozenset({"name"}))
ACTIVE = Scope(Filters(active_only=True), clients={1, 2})


def row(record_type: str = "sites", **values: Any) -> Row:
    payload = json.dumps({"id": 7, **values}).encode()
    return Row(facts.read(record_type, payload), payload)


def known(each: Row, state: RecordState = LIVE, digest: bytes | None = None) -> dict[int, StoredRecord]:
    assert each.facts is not None
    return {each.facts.remote_id: StoredRecord(digest or fingerprint(each.payload), state)}


def stored_as(each: Row) -> dict[int, Forms]:
    return {7: Forms(each.payload.decode())}


def counts_by_field(decision: Decision) -> dict[str, int]:
    """Return the decision fields that are not empty."""
    sizes = {
        "created": len(decision.created),
        "updated": len(decision.updated),
        "unchanged": decision.unchanged,
        "filtered_out": decision.filtered_out,
        "rejected": len(decision.rejected),
    }
    return {name: size for name, size in sizes.items() if size}


@pytest.mark.parametrize(
    ("state", "changed", "field"),
    [
        (None, False, "created"),
        (LIVE, False, "unchanged"),
        (LIVE, True, "updated"),
        (OUT, False, "updated"),
        (OUT, True, "updated"),
        (GONE, False, "updated"),
        (GONE, True, "updated"),
    ],
)
def test_a_row_in_scope(state: RecordState | None, changed: bool, field: str) -> None:  # noqa: FBT001  # a column
    site = row(name="Main", client_id=1)
    stored = {} if state is None else known(site, state, b"other" if changed else None)
    decision = decide("sites", [site], stored, EVERYTHING, records.columns, KEYS)
    assert counts_by_field(decision) == {field: 1}
    assert decision.out_of_scope == {}


FILTERED_OUT = CLIENT_NOT_SEEN


@pytest.mark.parametrize(("state", "leaves"), [(None, {}), (LIVE, {7: FILTERED_OUT}), (OUT, {}), (GONE, {})])
def test_only_a_live_record_goes_out_of_scope(state: RecordState | None, leaves: dict[int, str]) -> None:
    site = row(client_id=3)
    stored = {} if state is None else known(site, state)
    decision = decide("sites", [site], stored, ACTIVE, records.columns, KEYS)
    assert (counts_by_field(decision), decision.out_of_scope) == ({"filtered_out": 1}, leaves)
    assert decision.reasons == {FILTERED_OUT: 1}
    assert decision.excluded == [(site, FILTERED_OUT)]


def test_a_row_without_facts_is_rejected_with_its_reason() -> None:
    decision = decide("sites", [Row(None, b"null", "no record")], {}, EVERYTHING, records.columns, KEYS)
    assert (counts_by_field(decision), decision.rejected) == ({"rejected": 1}, [Rejected(None, "no record")])


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b'{"id":7,"notes":"\xff"}', "Its text isn't UTF-8."),
        (b'{"id":7,', "Halo sent a record that can't be read."),
    ],
)
def test_a_row_that_cannot_be_stored_is_rejected_by_id(payload: bytes, reason: str) -> None:
    decision = decide("sites", [Row(row().facts, payload)], {}, EVERYTHING, records.columns, KEYS)
    assert decision.rejected == [Rejected(7, reason)]


def test_columns_are_read_only_for_rows_that_are_written() -> None:
    same, new = row(name="Main"), row(id=8)

    def columns(record_type: str, payload: bytes) -> records.Columns:
        assert payload == new.payload
        return records.columns(record_type, payload)

    assert counts_by_field(decide("sites", [same, new], known(same), EVERYTHING, columns, KEYS)) == {
        "unchanged": 1,
        "created": 1,
    }


def test_a_fingerprint_changes_with_every_byte() -> None:
    assert len({fingerprint(bytes([each])) for each in range(256)}) == 256
    assert len(fingerprint(b"")) == DIGEST_BYTES


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"name": "A"}, {"name": "B"}, {"name": ["A", "B"]}),
        ({"name": "A", "ref": "7"}, {"name": "A"}, {"ref": ["7", None]}),
        ({"name": "A"}, {"name": "A", "ref": "7"}, {"ref": [None, "7"]}),
        ({"client_id": 21.0}, {"client_id": 21}, {}),
        ({"name": "A", "ref": "7"}, {"ref": "7", "name": "A"}, {}),
        ({"logo": "x" * 999}, {"logo": "y"}, {"logo": ["x" * 500 + "…", "y"]}),
    ],
)
def test_changes_are_recorded_field_by_field(old: Any, new: Any, told: Any) -> None:
    before, after = row(**old), row(**new)
    decision = decide("sites", [after], known(before), EVERYTHING, records.columns, KEYS)
    compare("sites", decision, stored_as(before), records.columns, KEYS)
    if told:
        assert [change.fields for change in decision.updated] == [told]
    else:
        # Only its form changed: it counts as unchanged, and the new form is stored.
        assert (counts_by_field(decision), [change.digest for change in decision.payload_only]) == (
            {"unchanged": 1},
            [fingerprint(after.payload)],
        )


def test_a_detail_with_more_keys_than_the_stored_row_changes_nothing() -> None:
    listed, detail = row(name="Main"), row(name="Main", website="https://x.example")
    decision = decide("sites", [detail], known(listed), EVERYTHING, records.columns, KEYS, details=True)
    compare("sites", decision, stored_as(listed), records.columns, KEYS)
    assert (counts_by_field(decision), [change.digest for change in decision.payload_only]) == (
        {"unchanged": 1},
        [b""],
    )


def test_a_listed_row_with_fewer_keys_than_the_stored_detail_changes_nothing() -> None:
    listed, detail = row(name="Main"), row(name="Main", website="https://x.example")
    stored, text = {7: StoredRecord(b"", LIVE)}, detail.payload.decode()
    decision = decide("sites", [listed], stored, EVERYTHING, records.columns, KEYS)
    before = {7: Forms(text, None, text, has_row=False)}
    compare("sites", decision, before, records.columns, KEYS)
    assert counts_by_field(decision) == {"unchanged": 1}
    assert [change.digest for change in decision.payload_only] == [fingerprint(listed.payload)]


@pytest.mark.parametrize("state", [OUT, GONE])
def test_a_record_that_comes_back_is_recorded_even_if_unchanged(state: RecordState) -> None:
    site = row(name="Main")
    decision = decide("sites", [site], known(site, state), EVERYTHING, records.columns, KEYS)
    compare("sites", decision, stored_as(site), records.columns, KEYS)
    assert [(change.kind, change.fields) for change in decision.updated] == [(ChangeKind.BACK, {})]


ROWS = st.dictionaries(st.integers(1, 30), st.tuples(st.integers(0, 4), st.booleans(), st.text(max_size=3)))
STORED = st.dictionaries(st.integers(1, 30), st.tuples(st.sampled_from(RecordState), st.booleans()))


@given(ROWS, STORED, st.booleans(), st.integers(0, 3))
def test_every_row_counts_exactly_once(
    rows: dict[int, tuple[int, bool, str]],
    before: dict[int, tuple[RecordState, bool]],
    active_only: bool,  # noqa: FBT001  # drawn
    spoiled: int,
) -> None:
    incoming = [row(id=key, client_id=client, inactive=off, name=name) for key, (client, off, name) in rows.items()]
    payloads = {each.facts.remote_id: each.payload for each in incoming if each.facts}
    stored = {
        key: StoredRecord(fingerprint(payloads[key]) if same and key in payloads else b"old", state)
        for key, (state, same) in before.items()
    }
    scope = Scope(Filters(active_only=active_only), {1, 2})
    everything = incoming + [Row(None, b"null", "no record")] * spoiled
    decision = decide("sites", everything, stored, scope, records.columns, KEYS)
    assert sum(counts_by_field(decision).values()) == len(everything)
    assert decision.reasons.total() == decision.filtered_out
    written = [change.remote_id for change in (*decision.created, *decision.updated)]
    assert len(set(written) | set(decision.out_of_scope)) == len(written) + len(decision.out_of_scope)
    assert {change.remote_id for change in decision.created}.isdisjoint(stored)
    assert {change.remote_id for change in decision.updated} <= set(stored)
    assert all(change.forms.payload.encode() == payloads[change.remote_id] for change in decision.created)
