"""A short form of slow_halo.py: other accounts can use the portal while one account's Halo does not answer."""

from __future__ import annotations

from pathlib import Path

from portal.outbound_slots import MOST_PER_ACCOUNT
from tests.chaos.slow_halo import running_scene
from tests.processes.waiting import until

PROCESSES = 2


def test_a_halo_that_never_answers_delays_no_other_account(tmp_path: Path) -> None:
    most = PROCESSES * MOST_PER_ACCOUNT
    with running_scene(tmp_path) as scene:
        scene.halo.fault("hold", times=None)
        with scene.attacked() as attack:
            until(lambda: attack.pending <= most, "all but those with a place to be answered")
            # A connection test makes two calls at once; more calls than this would have been made without a place.
            assert 0 < scene.halo.counts()["total"] <= 2 * most
            scene.visit()
            assert attack.pending > 0
            scene.halo.clear_faults()
            statuses = attack.statuses()
        assert statuses.keys() <= {200, 422, 429, 503}
        assert statuses[200] >= 64
        scene.visit()
