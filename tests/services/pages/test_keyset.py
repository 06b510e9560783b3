"""Keyset paging over a table with equal sort keys."""

from __future__ import annotations

import pytest

from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.records import Record
from portal.services.pages import keyset
from portal.services.pages.keyset import Keys, Page
from tests.copies import copied
from tests.postgres import database

__all__ = ["database"]

BY_NAME = Keys((Record.name, Record.remote_id))
BY_NAME_DESCENDING = Keys(BY_NAME.columns, is_descending=True)


@pytest.fixture
def halo(northwind: Account) -> Integration:
    """Six records, of which the second to the fifth have the same name."""
    integration: Integration = Integration.create(account=northwind, psa="halo")
    copied(integration, range(1, 7))
    Record.update(name="b").where(Record.remote_id.between(2, 5)).execute()
    Record.update(name="a").where(Record.remote_id == 1).execute()
    Record.update(name="c").where(Record.remote_id == 6).execute()
    return integration


def page(keys: Keys, number: int | None = None, *, backward: bool = False) -> Page[int]:
    edge = keys.edge(Record.get(Record.remote_id == number)) if number else None
    found = keyset.page(Record.select(), keys, 2, edge, backward=backward)
    return found.with_rows([row.remote_id for row in found.rows])


@pytest.mark.usefixtures("halo")
@pytest.mark.parametrize(
    ("keys", "numbers"), [(BY_NAME, [1, 2, 3, 4, 5, 6]), (BY_NAME_DESCENDING, [6, 5, 4, 3, 2, 1])]
)
def test_pages_of_equal_names_neither_overlap_nor_skip(keys: Keys, numbers: list[int]) -> None:
    first, second, third = numbers[:2], numbers[2:4], numbers[4:]
    assert page(keys) == Page(first, None, first[-1])
    assert page(keys, first[-1]) == Page(second, second[0], second[-1])
    assert page(keys, second[-1]) == Page(third, third[0], None)
    assert page(keys, third[0], backward=True) == Page(second, second[0], second[-1])


@pytest.mark.usefixtures("halo")
def test_paging_back_past_the_start_returns_a_full_first_page() -> None:
    assert page(BY_NAME, 2, backward=True) == Page([1, 2], None, 2)


@pytest.mark.usefixtures("halo")
def test_a_page_past_the_end_is_empty() -> None:
    assert page(BY_NAME, 6) == Page([], None, None)
