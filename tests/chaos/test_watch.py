"""What the storm counts of a run, also when much happens between two looks at it."""

from __future__ import annotations

from collections import Counter

import pytest

from portal.models.sync import RunState, SyncRun
from tests.chaos.checks import repeated_pages
from tests.chaos.watch import RESUME_SECONDS, Watch
from tests.halo_fixtures import Copy, copy, halo

__all__ = ["copy", "halo"]


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.SUCCEEDED])
def test_a_takeover_counts_even_if_the_run_ended_right_after_it(state: RunState, copy: Copy) -> None:
    run = copy.open("assets")
    watch = Watch(copy.integration, RESUME_SECONDS)
    watch.update()
    SyncRun.update(fencing_token=2, state=state, lease_until=run.created_at).where(SyncRun.id == run.id).execute()
    watch.update()
    assert watch.runs[run.id].takeovers == 1


@pytest.mark.parametrize(("takeovers", "wrong"), [(0, 1), (1, 0)])
def test_only_one_repeated_page_per_takeover_is_excused(takeovers: int, wrong: int, copy: Copy) -> None:
    run = copy.open("assets")
    # The supposed last page, which is not the last, is read again at the end.
    pages = Counter({("assets", "page_no=2"): 2, ("assets", "page_no=3"): 2, ("assets", "page_no=1"): 1})
    counted, errors = repeated_pages(run, pages, takeovers)
    assert (counted["again"], len(errors)) == (1, wrong)
