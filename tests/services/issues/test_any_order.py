"""In whatever order things break and mend: what is open is what is wrong, once each."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

import pytest

from portal.models.issues import Issue, IssueEvent
from portal.services.issues import commands, detectors, facts, inbox
from portal.services.issues.inbox import Shown
from tests.services.helpers import fresh
from tests.services.issues import scenes
from tests.services.issues.conftest import HOUR, Scene, open_issues, review

EVENTS: Final = (
    *(scenes.refuse_credentials, scenes.accept_credentials, scenes.lose_permission, scenes.fail_assets),
    *(scenes.fail_whole_run, scenes.read_half, scenes.sync_all, scenes.decide, scenes.reject_two),
    *(scenes.silence, scenes.deliver, scenes.get_stuck, scenes.replay, scenes.fall_behind, scenes.let_a_day_pass),
)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_open_is_what_is_wrong(scene: Scene, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  # the order of events is no secret
    for _ in range(30):
        draw.choice(EVENTS)(scene)
        scene.day.later(timedelta(minutes=draw.choice([0, 1, 90, 600])))
        _let_somebody_act(scene, draw)
        before = set(open_issues())
        review(scene.halo)
        now = open_issues()
        assert len(now) == len(set(now))
        known = facts.read(fresh(scene.halo))
        wrong = {finding.key for finding in detectors.detect(known)}
        undecided = {key for key in before if key[0] in detectors.undecided(known)}
        assert set(now) == wrong | undecided
        assert review(scene.halo) is False
    _check_history(scene)


def _let_somebody_act(scene: Scene, draw: random.Random) -> None:
    """Snooze, dismiss or bring back an open issue, now and then."""
    for issue in Issue.select().where(Issue.closed_at.is_null()):
        match draw.randrange(6):
            case 0:
                commands.snooze(issue, scene.day.now + HOUR, None)
            case 1:
                commands.dismiss(issue, "Known.", None)
            case 2:
                commands.reopen(issue, None)


def _check_history(scene: Scene) -> None:
    account = scene.halo.account
    listed = [issue.id for shown in Shown for issue in inbox.page(account, shown).rows]
    assert len(listed) == len(set(listed))
    for issue in Issue.select():
        kinds = [event.kind for event in IssueEvent.select().where(IssueEvent.issue == issue).order_by(IssueEvent.id)]
        turns = [kind for kind in kinds if kind in {"opened", "came_back", "closed"}]
        assert turns[0] == "opened"
        assert turns[1::2] == ["closed"] * len(turns[1::2])
        assert (turns[-1] == "closed") == (issue.closed_at is not None)
        assert issue.opened_at <= issue.last_seen_at
        assert issue.closed_at is None or issue.opened_at <= issue.closed_at
