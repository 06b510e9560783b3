"""For ConnectWise, too, a preview says what the sync that follows then does: it lists sites per client."""

from __future__ import annotations

import random

import pytest

from tests.connectwise_fixtures import ConnectWiseCopy, connectwise, copy, synced
from tests.services.syncing import previewing
from tests.services.syncing.previewing import applied, by_type, counts, preview

__all__ = ["connectwise", "copy", "synced"]


@pytest.mark.parametrize("seed", range(3))
def test_what_a_preview_promises_is_what_the_sync_does(synced: ConnectWiseCopy, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # not a secret
    for _ in range(3):
        filters, types = previewing.random_filters(synced, dice), previewing.random_types(dice)
        found = preview(synced, filters, types)
        left, back = applied(synced, filters, types)
        assert counts(found, "leaves") == by_type(left)
        assert counts(found, "returns") == by_type(back)
