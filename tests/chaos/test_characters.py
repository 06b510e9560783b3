"""A short form of `make characters`."""

from __future__ import annotations

import pytest
import stamina

from tests.chaos.characters import CHARACTERS, play


@pytest.mark.parametrize("character", CHARACTERS)
def test_copy_and_history_are_exact_however_halo_behaves(character: str) -> None:
    with stamina.set_testing(True, attempts=2, cap=True):
        outcome = play(character, records=700)
    assert outcome.wrong == []
    assert (outcome.history, [sync.state for sync in outcome.syncs]) == (outcome.changed, ["succeeded"] * 4)
    assert all(sync.most_extra <= 1 for sync in outcome.syncs), outcome.syncs
