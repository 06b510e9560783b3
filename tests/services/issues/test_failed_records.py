"""Records that could not be stored, grouped by cause."""

from __future__ import annotations

from portal.models.issues import Issue
from portal.models.sync import RunKind, SyncLog
from tests.postgres import database
from tests.services.issues.conftest import Scene, open_issues, ran, rejected, review, the_issue
from tests.services.issues.scenes import reject_two

__all__ = ["database"]


def test_failed_records_stay_an_issue_until_they_are_stored(scene: Scene) -> None:
    reject_two(scene)
    review(scene.halo)
    scene.later()
    ran(scene.halo, kind=RunKind.INCREMENTAL, clients={}, assets={})
    assert review(scene.halo) is False
    SyncLog.create(
        integration=scene.halo, subject="record", record_type="assets", remote_id=8, message="Record 8 was added."
    )
    review(scene.halo)
    issue = the_issue()
    assert (issue.closed_at, issue.affected, issue.details["ids"]) == (None, 1, [7])
    assert issue.problem == "1 asset isn't stored. Its serial number has 300 characters."


def test_records_without_an_id_are_counted_too(scene: Scene) -> None:
    run = ran(scene.halo, clients={}, assets={"failed": 2})
    rejected(run, None, "It has no id.")
    rejected(run, None, "It has no id.")
    review(scene.halo)
    assert (the_issue().affected, the_issue().details["ids"]) == (2, [])


def test_records_that_the_log_does_not_list_have_the_most_common_cause(scene: Scene) -> None:
    run = ran(scene.halo, clients={}, assets={"failed": 5_000})
    for number in range(100):
        rejected(run, number, "Its name is missing." if number else "Its date is odd.")
    review(scene.halo)
    assert {one.subject: one.affected for one in Issue.select()} == {
        "assets: Its name is missing.": 4_999,
        "assets: Its date is odd.": 1,
    }


def test_many_causes_become_one_issue_in_the_end(scene: Scene) -> None:
    run = ran(scene.halo, clients={}, assets={"failed": 30})
    for number in range(30):
        rejected(run, number, f"It has a {'x' * number} in it.")
    review(scene.halo)
    assert len(open_issues()) == 11
