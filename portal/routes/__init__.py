"""The pages: a view parses, calls one verb of a service, and answers."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    from portal.routes import switching, wizard
    from portal.routes.dashboard import (
        activity,
        alerts,
        comparison,
        configuration,
        data_sync,
        deliveries,
        held_deletes,
        issues,
        kept_records,
        overview,
        record_page,
        support,
        sync_filters,
        sync_logs,
    )
    from portal.routes.web import addresses, charts, current, home, open_issues
    from portal.routes.web.login import session_list, support_link, two_factor

    addresses.init_app(app)
    charts.init_app(app)
    current.init_app(app)
    open_issues.init_app(app)
    for page in (home, overview, comparison, issues, activity, alerts, session_list, two_factor):
        app.register_blueprint(page.bp)
    for part in (wizard, data_sync, held_deletes, record_page, kept_records, sync_filters, sync_logs, deliveries):
        app.register_blueprint(part.bp)
    for part in (configuration, switching, support, support_link):
        app.register_blueprint(part.bp)
