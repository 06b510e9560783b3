"""What the login can read now that it could not read before, and the other way round."""

from __future__ import annotations

import pytest

from portal.psa.diagnosis import Access, ListAccess
from portal.services.connecting.permission_changes import compare


def seen(access: str, total: int = 0, *, counted: bool = True) -> dict[str, ListAccess]:
    return {"assets": ListAccess(access=Access(access), total=total, counted=counted)}


@pytest.mark.parametrize(
    ("before", "after", "is_loss"),
    [
        ("granted", "refused", True),
        ("granted", "empty", True),
        ("empty", "refused", True),
        ("refused", "granted", False),
        ("refused", "empty", False),
        ("empty", "granted", False),
    ],
)
def test_another_access_is_a_change(before: str, after: str, is_loss: bool) -> None:  # noqa: FBT001  # a row of the table
    (change,) = compare(seen(before, 5), seen(after, 5))
    assert (change.record_type, change.is_access, change.is_loss) == ("assets", True, is_loss)


@pytest.mark.parametrize(
    ("before", "after", "is_loss"), [(1240, 310, True), (310, 1240, False), (121, 100, True), (10, 31, False)]
)
def test_a_count_that_moved_much_is_a_change(before: int, after: int, is_loss: bool) -> None:  # noqa: FBT001  # a row of the table
    (change,) = compare(seen("granted", before), seen("granted", after))
    assert (change.is_access, change.is_loss) == (False, is_loss)


@pytest.mark.parametrize(("before", "after"), [(1240, 1200), (1000, 900), (30, 10), (5, 25), (7, 7)])
def test_everyday_business_is_none(before: int, after: int) -> None:
    assert compare(seen("granted", before), seen("granted", after)) == []


def test_a_list_without_a_count_is_not_compared_by_it() -> None:
    assert compare(seen("granted", 500), seen("granted", 1, counted=False)) == []


@pytest.mark.parametrize("known", ["granted", "empty", "refused"])
def test_a_list_that_gave_no_answer_says_nothing(known: str) -> None:
    assert compare(seen(known, 5), seen("unknown")) == []
    assert compare(seen("unknown"), seen(known, 5)) == []


def test_types_that_only_one_test_had_say_nothing() -> None:
    assert compare({}, seen("granted", 5)) == []
    assert compare(seen("granted", 5), {}) == []
