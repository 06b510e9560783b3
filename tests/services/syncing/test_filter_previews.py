"""A preview of changed filters says what the sync that follows then does, and costs no request."""

from __future__ import annotations

import random

import pytest

from tests.halo_fixtures import Copy
from tests.services.syncing import previewing
from tests.services.syncing.previewing import applied, by_type, counts, preview


@pytest.mark.parametrize("seed", range(3))
def test_what_a_preview_promises_is_what_the_sync_does(synced: Copy, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # not a secret
    for _ in range(3):
        filters, types = previewing.random_filters(synced, dice), previewing.random_types(dice)
        found = preview(synced, filters, types)
        assert found.is_done
        assert counts(found, "unknown") == counts(found, "may_come") == counts(found, "first_time") == {}
        left, back = applied(synced, filters, types)
        assert counts(found, "leaves") == by_type(left)
        assert counts(found, "returns") == by_type(back)
        for record_type, counted in found.types.items():
            assert {(record_type, each.remote_id) for each in counted.leaving} <= left.keys()
            assert {(record_type, each.remote_id) for each in counted.returning} <= back.keys()
