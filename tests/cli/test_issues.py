"""Issues, from a shell."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.db import connected
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.issues import Issue
from tests.cli.conftest import Shell

ACCOUNT = ("--account", "Northwind IT")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def issue(northwind_shell: Shell) -> Issue:
    with connected():
        integration = Integration.create(account=Account.get(), psa="halo", state="active")
        values = {"problem": "Halo doesn't let the agent read assets.", "opened_at": NOON, "affected": 7}
        made: Issue = Issue.create(integration=integration, kind="permission_lost", severity="error", **values)
        return made


def test_without_issues_the_list_is_empty(northwind_shell: Shell) -> None:
    assert northwind_shell.json("issue", "list", *ACCOUNT) == []


def test_an_issue_is_listed_with_its_problem(northwind_shell: Shell, issue: Issue) -> None:
    (row,) = northwind_shell.json("issue", "list", *ACCOUNT)
    assert (row["issue"], row["kind"], row["severity"], row["affected"]) == (issue.id, "permission_lost", "error", 7)
    assert row["opened_at"] == NOON.isoformat()
    assert issue.problem in northwind_shell.ok("issue", "list", *ACCOUNT)
    assert northwind_shell.json("issue", "list", *ACCOUNT, "--state", "closed") == []


def test_issues_of_others_are_not_listed(northwind_shell: Shell, issue: Issue) -> None:
    northwind_shell.ok("account", "create", "Other MSP")
    assert northwind_shell.json("issue", "list", "--account", "Other MSP") == []
    assert northwind_shell.run("issue", "list", "--account", "Nobody").exit_code == 1
