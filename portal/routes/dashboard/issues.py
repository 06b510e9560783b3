"""The Issues page: one inbox of what needs a person, and a page for each issue."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.errors import Invalid, SyncAlreadyRunning
from portal.jobs import issue_retries
from portal.models.issues import Issue
from portal.routes.dashboard import issue_links, running_sync
from portal.routes.web import answers, current, open_issues
from portal.routes.web.issue_words import SNOOZES
from portal.routes.web.search_forms import id_of
from portal.services.issues import commands, inbox
from portal.services.issues.inbox import Shown

bp = Blueprint("issues", __name__, url_prefix="/issues")

LISTS: Final = {shown.value: shown for shown in Shown}
ONE = f"/<int(max={2**31 - 1}):issue_id>"


@bp.get("")
def index() -> ResponseReturnValue:
    account, shown = current.account(), LISTS.get(request.args.get("state", ""), Shown.OPEN)
    page = inbox.page(account, shown, before=id_of("before"), after=id_of("after"))
    numbers = {Shown.OPEN: open_issues.count(), **inbox.hidden(account)}
    return answers.show_refreshing(
        "issues/index.html",
        "issues/_list.html",
        part_id="issues",
        version=inbox.version(page.rows, numbers),
        shown=shown,
        page=page,
        numbers=numbers,
        links=issue_links,
    )


@bp.get("/count")
def count() -> ResponseReturnValue:
    """Answer a poll of the number in the navigation: nothing while it is the same."""
    if not answers.wants_fragment():
        return redirect(url_for("issues.index"))
    if request.args.get("shown") == str(open_issues.count()):
        return "", 204
    return make_response(render_template("layouts/_issue_count.html"))


@bp.get(ONE)
def show(issue_id: int) -> ResponseReturnValue:
    issue = _load(issue_id)
    events = inbox.timeline(issue)
    return answers.show_refreshing(
        "issues/show.html",
        "issues/_details.html",
        part_id="issue",
        version=inbox.version([issue], [event.id for event in events]),
        issue=issue,
        events=events,
        shown=inbox.shown_of(issue),
        seconds=inbox.duration(issue),
        links=issue_links,
    )


@bp.post(f"{ONE}/snooze")
def snooze(issue_id: int) -> ResponseReturnValue:
    issue, chosen = _load(issue_id), SNOOZES.get(request.form.get("for", ""))
    if chosen is None:
        raise Invalid("for", "Choose how long to snooze the issue.")
    label, length = chosen
    commands.snooze(issue, clock.now() + length, current.user())
    flash(f"Snoozed for {label}.", "success")
    return _back()


@bp.post(f"{ONE}/dismiss")
def dismiss(issue_id: int) -> ResponseReturnValue:
    commands.dismiss(_load(issue_id), request.form.get("reason", ""), current.user())
    flash("Dismissed. It comes back if it closes and begins again.", "success")
    return _back()


@bp.post(f"{ONE}/reopen")
def reopen(issue_id: int) -> ResponseReturnValue:
    commands.reopen(_load(issue_id), current.user())
    flash("The issue is open again.", "success")
    return _back()


@bp.post(f"{ONE}/retry")
def retry(issue_id: int) -> ResponseReturnValue:
    issue = _load(issue_id)
    try:
        flash(issue_retries.retry(issue, current.user()), "success")
    except SyncAlreadyRunning as error:
        running_sync.flash_notice(error.run_id)
    return _back()


def _load(issue_id: int) -> Issue:
    issue = commands.get(current.account(), issue_id)
    current.take_up(issue.integration)
    return issue


def _back() -> ResponseReturnValue:
    """Return to the list or the issue on which the button was."""
    came_from = answers.current_page() or ""
    is_ours = came_from.partition("?")[0].startswith(url_for("issues.index"))
    return redirect(came_from if is_ours else url_for("issues.index"), 303)
