"""The sections of the Configuration tab: their order in the side list, and how one is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.routes.web import current
from portal.routes.web.answers import wants_fragment

FOLDER: Final = "dashboard/configuration"


@dataclass(frozen=True)
class Section:
    """`name` is its page in the folder of templates, and its blueprint below the tab's.

    `elsewhere` is the endpoint of a page that is about the whole account and has its place outside the tab.
    """

    name: str
    label: str
    icon: str
    is_for_admins: bool = False
    elsewhere: str = ""

    @property
    def endpoint(self) -> str:
        return self.elsewhere or f"configuration.{self.name}.index"

    @property
    def page(self) -> str:
        return f"{FOLDER}/{self.name}.html"

    @property
    def is_here(self) -> bool:
        is_first = self is SECTIONS[0] and request.endpoint == "configuration.index"
        return is_first or f"configuration.{self.name}" in request.blueprints


CONNECTION: Final = Section("connection", "Connection", "plug")
CREDENTIALS: Final = Section("credentials", "Credentials", "key", is_for_admins=True)
WEBHOOK: Final = Section("webhook", "Webhook", "webhook")
SCHEDULE: Final = Section("schedule", "Schedule", "clock")
RATE_LIMIT: Final = Section("rate_limit", "Request limit", "hourglass")
RETENTION: Final = Section("retention", "Retention", "database")
DISCONNECT: Final = Section("disconnect", "Disconnect", "plug-off", is_for_admins=True)
ALERTS: Final = Section("alerts", "Alerts", "bell", elsewhere="alerts.index")
SUPPORT: Final = Section("support", "Support", "help-circle", elsewhere="support.index")
SECTIONS: Final = (
    CONNECTION,
    CREDENTIALS,
    WEBHOOK,
    SCHEDULE,
    RATE_LIMIT,
    ALERTS,
    RETENTION,
    SUPPORT,
    DISCONNECT,
)


def show(section: Section, part: str = "", status: int = 200, **context: Any) -> Response:
    """Render the section's page, or for htmx only `part`, a template of the same folder."""
    template = f"{FOLDER}/{part}.html" if part and wants_fragment() else section.page
    person = current.user()
    listed = [each for each in SECTIONS if person.is_admin or not each.is_for_admins]
    if person.is_guest:
        listed.remove(SUPPORT)
    return make_response(render_template(template, section=section, sections=listed, **context), status)


def confirm(section: Section, message: str, category: str = "success") -> ResponseReturnValue:
    """Lead a plain browser back to the section, which shows the message."""
    flash(message, category)
    return redirect(url_for(section.endpoint), 303)
