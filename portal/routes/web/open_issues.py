"""The open issues that every page counts in its navigation, read once a request."""

from __future__ import annotations

from flask import Flask, g

from portal.models.integrations import Integration
from portal.models.issues import IssueKind
from portal.routes.web import current
from portal.services.issues import inbox
from portal.services.issues.inbox import OpenIssues


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(open_issues=count, other_issues=others)


def of_account() -> OpenIssues:
    if "open_issues" not in g:
        g.open_issues = inbox.open_issues(current.account())
    found: OpenIssues = g.open_issues
    return found


def count() -> int:
    return of_account().number


def others(integration: Integration) -> int:
    """Count the integration's open issues, besides refused credentials, which the dashboard shows in full."""
    return of_account().of(integration, besides=IssueKind.CREDENTIALS_REFUSED)
