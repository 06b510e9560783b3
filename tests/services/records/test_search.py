"""Finding records by their words, on both engines."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.services.pages import record_lists, record_search
from portal.services.pages.record_lists import Wanted
from portal.services.records import deletions
from portal.sync import search_terms
from portal.sync.record_types import RecordType
from tests.copies import Shown, copied
from tests.postgres import database

__all__ = ["database"]


@pytest.fixture
def halo(northwind: Account) -> Integration:
    integration: Integration = Integration.create(account=northwind, psa="halo", state="active")
    return integration


def found(integration: Integration, text: str, record_type: RecordType = RecordType.CONTACTS) -> list[int]:
    page = record_lists.page(integration, Wanted(record_type, containing=text))
    return sorted(row.remote_id for row in page.rows)


def contact(integration: Integration, number: int, name: str, reference: str = "", **columns: Any) -> None:
    copied(integration, [number], of="contacts", name=name, reference=reference, **columns)


@pytest.mark.parametrize(
    "text",
    [
        *("Zoë Müller", "müller zoë", "MULLER", "mul zo", "zoe", "ZOË.MÜLLER@acme.example", "acme.example", "4711"),
        *("#4711", "  zoe   4711 ", "zoe, müller", '"zoe"', "zoe* OR müller", "zoe % müller"),
    ],
)
def test_words_are_found_in_any_order_without_case_and_accents(halo: Integration, text: str) -> None:
    contact(halo, 4711, "Zoë Müller", "zoe.muller@acme.example")
    contact(halo, 2, "Somebody Else", "else@other.example")
    if "OR" in text:  # an ordinary word here
        assert found(halo, text) == []
    else:
        assert found(halo, text) == [4711]


@pytest.mark.parametrize(
    "text",
    [
        *("nobody", "zoe nobody", "uller", "oe", "%", "_", "\\", "'", '"', "*", "NEAR(zoe muller)", "-", "()", "\0"),
        *("terms:zoe", "a" * 250, "😀", "' OR '1'='1", "zoe' & 'x", "\ud800", "!!!", ":*", "<->", "zoe AND"),
    ],
)
def test_anything_else_finds_nothing_and_breaks_nothing(halo: Integration, text: str) -> None:
    contact(halo, 1, "Zoë Müller")
    assert found(halo, text) == []
    assert record_search.results(halo, text).types == []


@pytest.mark.parametrize("name", ["東京支店", "Плотность", "Straße 5", "Ünïcødé", "Ⅷ ﬁne", "👩‍💻 Ann", "x" * 250])
def test_names_of_all_sorts_are_found_by_themselves(halo: Integration, name: str) -> None:
    contact(halo, 1, name)
    assert found(halo, name) == [1]


def test_a_search_stays_within_its_list(halo: Integration, mallory: User) -> None:
    other: Integration = Integration.create(account=mallory.account, psa="halo", state="active")
    contact(other, 1, "Zoe")
    copied(halo, [2], of="assets", name="Zoe")
    contact(halo, 3, "Zoe", state=RecordState.DELETED)
    assert found(halo, "zoe") == []
    assert found(other, "zoe") == [1]
    assert [each.record_type for each in record_search.results(halo, "zoe").types] == ["contacts", "assets"]


def test_integrations_with_similar_numbers_share_no_words() -> None:
    scopes = [search_terms.scope(number, each) for number in (1, 10, 16, 2**24, 2**28) for each in RecordType]
    assert not any(a != b and b.startswith(a) for a in scopes for b in scopes)


def test_a_renamed_record_is_found_by_its_new_name_only(halo: Integration) -> None:
    contact(halo, 1, "Zoe")
    terms = search_terms.terms(halo.id, "contacts", 1, Shown("Ann", ""))  # type: ignore[arg-type]  # two texts are all
    Record.update(name="Ann", terms=terms).execute()
    assert found(halo, "zoe") == []
    assert found(halo, "ann") == [1]


def test_a_deleted_copy_is_forgotten(halo: Integration, alice: User) -> None:
    contact(halo, 1, "Zoe")
    Integration.update(state="disconnected").execute()
    deletions.request(Integration.get_by_id(halo.id), alice)
    while deletions.delete_batch(halo.id):
        pass
    assert found(halo, "zoe") == []
    contact(halo, 1, "Ann")
    assert found(halo, "zoe") == []


def test_the_number_comes_first_then_the_exact_name_then_the_living(halo: Integration) -> None:
    contact(halo, 1, "Number 12 and more")
    contact(halo, 12, "Zoe", state=RecordState.DELETED)
    contact(halo, 3, "12")
    contact(halo, 4, "12 Angry Men", state=RecordState.DELETED)
    (contacts,) = record_search.results(halo, "#12").types
    assert [each.remote_id for each in contacts.records][:1] == [12]
    (contacts,) = record_search.results(halo, "12").types
    assert [each.remote_id for each in contacts.records] == [12, 3, 1, 4]


def test_very_many_results_are_not_counted_to_the_end(halo: Integration) -> None:
    copied(halo, range(1, 151), name="Same Name")
    (assets,) = record_search.results(halo, "same").types
    assert (len(assets.records), assets.number, assets.is_more) == (
        record_search.FIRST,
        record_search.CANDIDATES,
        True,
    )
