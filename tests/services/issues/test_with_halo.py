"""Issues of real syncs with a simulated Halo."""

from __future__ import annotations

from portal.models.issues import Issue
from portal.services.issues import reviewing
from tests.halo_fixtures import Copy, copy, halo, synced
from tests.services.days import Day, day, parked
from tests.services.issues.conftest import open_issues, review, the_issue

__all__ = ["copy", "day", "halo", "synced"]


def test_a_permission_that_halo_takes_away_and_gives_back(synced: Copy) -> None:
    synced.halo.fault("status", status=403, on="contacts", times=None)
    reviewing.review_after(synced.sync()["run"])
    issue = the_issue()
    assert (issue.kind, issue.subject, issue.severity, issue.affected) == ("permission_lost", "contacts", "error", 60)
    assert issue.problem.startswith("Halo doesn't let the agent read contacts")
    assert issue.remedy
    synced.halo.clear_faults()
    reviewing.review_after(synced.sync()["run"])
    assert open_issues() == []


def test_a_list_that_fails_for_another_reason(synced: Copy) -> None:
    synced.halo.fault("status", status=404, on="contacts", times=None)
    reviewing.review_after(synced.sync()["run"])
    assert open_issues() == [("sync_failed", "contacts")]


def test_a_healthy_copy_has_no_issue(synced: Copy) -> None:
    assert review(synced.integration) is False


def test_refused_credentials_are_one_issue_and_not_seven(copy: Copy, day: Day) -> None:
    parked(copy, day)
    review(copy.integration)
    assert open_issues() == [("credentials_refused", "")]
    assert Issue.get().severity == "critical"
