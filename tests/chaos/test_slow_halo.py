"""A short slice of one account's slow Halo: others log in and see pages while it still holds its calls."""

from __future__ import annotations

from pathlib import Path

from portal.outbound_slots import MOST_PER_ACCOUNT
from tests.chaos.slow_halo import staged
from tests.processes.waiting import until

PROCESSES = 2


def test_a_halo_that_holds_all_its_calls_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    most = PROCESSES * MOST_PER_ACCOUNT
    with staged(tmp_path) as scene:
        scene.halo.fault("hold", times=None)
        with scene.attacked() as attack:
            until(lambda: attack.pending <= most, "all but those with a place to be answered")
            # A test asks for two things at once; what would be more was asked for without a place.
            assert 0 < scene.halo.counts()["total"] <= 2 * most
            scene.visit()
            assert attack.pending > 0
            scene.halo.clear_faults()
            statuses = attack.statuses()
        assert statuses.keys() <= {200, 422, 429, 503}
        assert statuses[200] >= 64
        scene.visit()
