"""The pages: a view parses, calls one verb of a service, and answers."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    from portal.routes import switching, wizard
    from portal.routes.dashboard import (
        activity,
        alerts,
        all_records,
        comparison,
        configuration,
        data_sync,
        deliveries,
        held_deletes,
        issues,
        kept_records,
        overview,
        record_exclusion,
        record_page,
        search,
        support,
        sync_filter_history,
        sync_filters,
        sync_logs,
        why,
    )
    from portal.routes.web import addresses, charts, current, home, open_issues
    from portal.routes.web.login import session_list, support_link, two_factor

    addresses.init_app(app)
    charts.init_app(app)
    current.init_app(app)
    open_issues.init_app(app)
    pages = (
        home,
        overview,
        comparison,
        issues,
        activity,
        search,
        alerts,
        session_list,
        two_factor,
        wizard,
        data_sync,
        held_deletes,
        record_page,
        record_exclusion,
        kept_records,
        all_records,
        sync_filters,
        sync_filter_history,
        sync_logs,
        deliveries,
        configuration,
        switching,
        support,
        support_link,
        why,
    )
    for page in pages:
        app.register_blueprint(page.bp)
