"""The pages: a view parses, calls one verb of a service, and answers."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    from portal.routes import switching, wizard
    from portal.routes.dashboard import (
        activity,
        comparison,
        configuration,
        data_sync,
        deliveries,
        held_deletes,
        kept_records,
        overview,
        record_exclusion,
        record_page,
        sync_filters,
        sync_logs,
        why,
    )
    from portal.routes.web import addresses, charts, current, home
    from portal.routes.web.login import session_list, two_factor

    addresses.init_app(app)
    charts.init_app(app)
    current.init_app(app)
    for page in (home, overview, comparison, activity, session_list, two_factor):
        app.register_blueprint(page.bp)
    for part in (wizard, data_sync, held_deletes, record_page, kept_records, sync_filters, sync_logs, deliveries):
        app.register_blueprint(part.bp)
    for part in (record_exclusion, why, configuration, switching):
        app.register_blueprint(part.bp)
