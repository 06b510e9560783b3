"""Each problem opens an issue, and the issue closes when the problem is gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.models.issues import Severity
from portal.models.sync import RunKind, RunState
from portal.services.issues import reviewing
from tests.postgres import database
from tests.services.helpers import fresh
from tests.services.issues.conftest import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    Scene,
    failed,
    open_issues,
    ran,
    refused,
    review,
    the_issue,
)
from tests.services.issues.scenes import (
    accept_credentials,
    decide,
    deliver,
    fail_assets,
    fail_whole_run,
    fall_behind,
    get_stuck,
    hold,
    let_a_day_pass,
    lose_permission,
    read_half,
    refuse_credentials,
    reject_two,
    replay,
    silence,
    sync_all,
    use_up_the_limit,
)

__all__ = ["database"]


Change = Callable[[Scene], None]
# Kind and subject of the issue; what opens it and what closes it; its severity, and how many records it affects.
CASES: dict[str, tuple[tuple[str, str], Change, Change, str, int | None]] = {
    "credentials": (("credentials_refused", ""), refuse_credentials, accept_credentials, "critical", None),
    "permission": (("permission_lost", "assets"), lose_permission, sync_all, "error", 5),
    "failed type": (("sync_failed", "assets"), fail_assets, sync_all, "error", 5),
    "failed run": (("sync_failed", ""), fail_whole_run, sync_all, "critical", 5),
    "incomplete": (("sync_incomplete", "assets"), read_half, sync_all, "error", None),
    "held": (("held_delete", "assets"), hold, decide, "warning", 30),
    "rejected": (
        ("records_failed", "assets: Its serial number has # characters."),
        *(reject_two, sync_all, "error", 2),
    ),
    "silence": (("webhook_silent", ""), silence, deliver, "warning", 9),
    "stuck": (("deliveries_stuck", ""), get_stuck, replay, "error", 2),
    "behind": (("behind_schedule", ""), fall_behind, sync_all, "warning", None),
    "budget": (("budget_used_up", ""), use_up_the_limit, let_a_day_pass, "warning", None),
}


def test_nothing_is_wrong_at_first(scene: Scene) -> None:
    assert review(scene.halo) is False
    assert open_issues() == []


@pytest.mark.parametrize("case", CASES)
def test_a_problem_opens_an_issue_that_closes_when_it_is_gone(scene: Scene, case: str) -> None:
    key, begin, end, severity, affected = CASES[case]
    begin(scene)
    assert review(scene.halo) is True
    issue = the_issue()
    assert (issue.kind, issue.subject) == key
    assert (issue.severity, issue.affected, issue.times) == (severity, affected, 1)
    assert issue.problem.endswith(".")
    assert issue.remedy.endswith(".")
    assert review(scene.halo) is False
    end(scene)
    assert review(scene.halo) is True
    assert the_issue().closed_at == scene.day.now
    assert review(scene.halo) is False


def test_each_failed_sync_is_an_occurrence(scene: Scene) -> None:
    for _ in range(3):
        scene.later()
        fail_assets(scene)
        assert review(scene.halo) is True
    issue = the_issue()
    assert (issue.times, issue.opened_at, issue.last_seen_at) == (3, NOON + MINUTE, NOON + 3 * MINUTE)


def test_while_credentials_are_refused_nothing_else_opens_or_closes(scene: Scene) -> None:
    lose_permission(scene)
    review(scene.halo)
    refuse_credentials(scene)
    ran(scene.halo, RunState.FAILED, problem="Halo refuses the secret.", clients=failed(""), assets=failed(""))
    fall_behind(scene)
    review(scene.halo)
    assert open_issues() == [("permission_lost", "assets"), ("credentials_refused", "")]


def test_credentials_that_are_accepted_again_leave_no_failed_sync_behind(scene: Scene) -> None:
    refuse_credentials(scene)
    ran(scene.halo, RunState.FAILED, problem="Halo refuses the secret.", clients=failed(""), assets=failed(""))
    review(scene.halo)
    accept_credentials(scene)
    scene.set(next_sync_at=scene.day.now)  # the next sync is due at once
    review(scene.halo)
    assert open_issues() == []


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING, RunState.WAITING])
def test_the_end_of_a_running_sync_is_waited_for(scene: Scene, state: RunState) -> None:
    lose_permission(scene)
    review(scene.halo)
    scene.later()
    run = ran(scene.halo, state, clients={}, assets={})
    assert review(scene.halo) is False
    run.state = RunState.SUCCEEDED
    run.save()
    reviewing.review_after(run.id)
    assert open_issues() == []


def test_a_lookup_of_one_record_holds_up_no_review(scene: Scene) -> None:
    lose_permission(scene)
    ran(scene.halo, RunState.RUNNING, kind=RunKind.RECORD, assets={})
    review(scene.halo)
    assert open_issues() == [("permission_lost", "assets")]


def test_a_type_that_is_late_because_its_sync_failed_is_one_issue(scene: Scene) -> None:
    lose_permission(scene)
    scene.day.later(3 * HOUR)
    ran(scene.halo, RunState.INCOMPLETE, clients={}, assets=refused())
    review(scene.halo)
    assert open_issues() == [("permission_lost", "assets")]


def test_a_held_delete_explains_why_a_sync_is_incomplete(scene: Scene) -> None:
    read_half(scene)
    hold(scene)
    review(scene.halo)
    assert open_issues() == [("held_delete", "assets")]


def test_a_type_that_is_no_longer_synced_has_no_issue(scene: Scene) -> None:
    lose_permission(scene)
    review(scene.halo)
    scene.set(record_types=["clients"])
    review(scene.halo)
    assert open_issues() == []


def test_a_late_sync_says_what_it_waits_for(scene: Scene) -> None:
    scene.day.later(3 * HOUR)
    ran(scene.halo, RunState.WAITING, problem="Halo doesn't answer.")
    review(scene.halo)
    words = "Clients and assets are older than your schedule promises. The sync is waiting. Halo doesn't answer."
    assert the_issue().problem == words


def test_the_first_sync_may_use_the_limit_for_days(scene: Scene) -> None:
    scene.day.later(2 * DAY)
    began = scene.day.now - 30 * HOUR
    ran(scene.halo, kind=RunKind.INITIAL, requests=30 * 12 * 670, began=began, clients={}, assets={})
    review(scene.halo)
    assert open_issues() == [("behind_schedule", "")]


def test_a_slow_psa_is_no_small_limit(scene: Scene) -> None:
    scene.day.later(2 * DAY)
    ran(scene.halo, requests=13 * 12 * 300, began=scene.day.now - 13 * HOUR, clients={}, assets={})
    review(scene.halo)
    assert open_issues() == [("behind_schedule", "")]


def test_severity_is_that_of_the_worst_case(scene: Scene) -> None:
    ran(scene.halo, RunState.FAILED, problem="No.", clients={}, assets=failed(""))
    review(scene.halo)
    assert (the_issue().severity, the_issue().subject) == (Severity.ERROR, "")


def test_a_paused_integration_is_not_late(scene: Scene) -> None:
    scene.set(paused_at=NOON)
    fall_behind(scene)
    assert review(scene.halo) is False


def test_disconnecting_leaves_nothing_open(scene: Scene) -> None:
    lose_permission(scene)
    review(scene.halo)
    scene.set(state="disconnected")
    assert reviewing.review(fresh(scene.halo)) is True
    assert open_issues() == []
