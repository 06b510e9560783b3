"""A connection test is a fact for the issues: the newer proof decides, the test's or the last sync's."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models.connection_tests import ConnectionTest
from portal.models.sync import RunState
from portal.services.issues import reviewing
from tests.postgres import database
from tests.services.issues.conftest import Scene, failed, open_issues, ran, review, the_issue
from tests.services.issues.scenes import lose_permission, sync_all

__all__ = ["database"]

LOST = [("permission_lost", "assets")]
WHY = {"problem": "Halo doesn't let the agent read assets.", "remedy": "Grant read:assets."}


def proved(scene: Scene, access: str, **columns: Any) -> None:
    """Write a passed test of the present connection, a minute later."""
    scene.later()
    lists = {"assets": {"access": access, **(WHY if access == "refused" else {})}}
    ConnectionTest.create(
        **{"integration": scene.halo, "passed": True, "lists": lists, "milliseconds": 900} | columns
    )


def lost_by_sync(scene: Scene) -> None:
    scene.later()
    lose_permission(scene)
    review(scene.halo)
    assert open_issues() == LOST


def test_it_closes_when_a_test_has_proved_that_the_type_can_be_read(scene: Scene) -> None:
    lost_by_sync(scene)
    proved(scene, "granted")
    assert review(scene.halo) is True
    assert open_issues() == []
    assert review(scene.halo) is False


def test_it_opens_when_a_test_has_proved_that_the_type_is_refused(scene: Scene) -> None:
    proved(scene, "refused")
    assert review(scene.halo) is True
    assert open_issues() == LOST
    issue = the_issue()
    assert (issue.severity, issue.affected, issue.times) == ("error", 5, 1)
    assert {"problem": issue.problem, "remedy": issue.remedy} == WHY
    assert review(scene.halo) is False


def test_the_newer_proof_decides_each_time(scene: Scene) -> None:
    for _ in range(2):
        proved(scene, "refused")
        review(scene.halo)
        assert open_issues() == LOST
        sync_all(scene)
        review(scene.halo)
        assert open_issues() == []
        lost_by_sync(scene)
        proved(scene, "granted")
        review(scene.halo)
        assert open_issues() == []


def test_a_sync_that_is_refused_after_a_test_that_refused_is_one_more_time(scene: Scene) -> None:
    proved(scene, "refused")
    review(scene.halo)
    lost_by_sync(scene)
    assert the_issue().times == 2
    proved(scene, "refused")
    assert review(scene.halo) is False


@pytest.mark.parametrize("access", ["empty", "unknown"])
def test_what_proves_nothing_changes_nothing(scene: Scene, access: str) -> None:
    proved(scene, access)
    assert review(scene.halo) is False
    lost_by_sync(scene)
    proved(scene, access)
    assert review(scene.halo) is False
    proved(scene, "granted")
    review(scene.halo)
    proved(scene, access)
    assert review(scene.halo) is False
    assert open_issues() == []


@pytest.mark.parametrize(
    "other", [{"passed": False}, {"address": "https://before.example"}, {"milliseconds": 60_000}]
)
def test_a_test_that_says_nothing_about_now_changes_nothing(scene: Scene, other: dict[str, Any]) -> None:
    """One that failed, one of another address, and one that began before the sync ended."""
    proved(scene, "refused", **other)
    assert review(scene.halo) is False
    lost_by_sync(scene)
    proved(scene, "granted", **other)
    assert review(scene.halo) is False


def test_a_type_that_is_not_synced_any_more_has_no_issue(scene: Scene) -> None:
    proved(scene, "refused")
    review(scene.halo)
    scene.set(record_types=["clients"])
    review(scene.halo)
    assert open_issues() == []
    proved(scene, "refused")
    assert review(scene.halo) is False


def test_a_type_that_was_never_synced_is_refused_as_soon_as_it_is_chosen(scene: Scene) -> None:
    scene.set(record_types=["clients", "assets", "contacts"])
    lists = {"contacts": {"access": "refused", **WHY}}
    proved(scene, "refused", lists=lists)
    review(scene.halo)
    assert open_issues() == [("permission_lost", "contacts")]


def test_while_paused_a_test_opens_nothing_and_what_is_open_stays(scene: Scene) -> None:
    scene.set(paused_at=scene.day.now)
    proved(scene, "refused")
    assert review(scene.halo) is False
    scene.set(paused_at=None)
    review(scene.halo)
    assert open_issues() == LOST
    scene.set(paused_at=scene.day.now)
    assert review(scene.halo) is False


def test_while_paused_a_permission_that_is_back_closes_its_issue(scene: Scene) -> None:
    lost_by_sync(scene)
    scene.set(paused_at=scene.day.now)
    proved(scene, "granted")
    review(scene.halo)
    assert open_issues() == []


def test_a_running_sync_decides_at_its_end(scene: Scene) -> None:
    proved(scene, "refused")
    run = ran(scene.halo, RunState.RUNNING, clients={}, assets={"state": "running", "finished_at": None})
    assert review(scene.halo) is False
    run.state = RunState.CANCELLED
    run.save()
    reviewing.review_after(run.id)
    assert open_issues() == LOST


def test_a_sync_that_fails_for_another_reason_stays_failed(scene: Scene) -> None:
    scene.later()
    ran(scene.halo, RunState.INCOMPLETE, clients={}, assets=failed())
    proved(scene, "granted")
    review(scene.halo)
    assert open_issues() == [("sync_failed", "assets")]
