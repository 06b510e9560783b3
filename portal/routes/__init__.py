"""The pages: one blueprint a file. A view parses, calls one verb of a service, and answers."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    from portal.routes.dashboard import (
        activity,
        data_sync,
        deliveries,
        held_deletes,
        overview,
        records,
        sync_filters,
        sync_logs,
    )
    from portal.routes.dashboard.configuration import schedule, tab, webhook
    from portal.routes.web import home
    from portal.routes.web.login import session_list, two_factor
    from portal.routes.wizard import connect, later_steps

    own = (home, overview, activity, session_list, two_factor)
    wizard = (connect, later_steps)
    dashboard = (data_sync, held_deletes, records, sync_filters, sync_logs, deliveries, tab, schedule, webhook)
    # The wizard's files share a blueprint, and so do those of the Configuration tab: each is registered once.
    for blueprint in dict.fromkeys(module.bp for module in (*own, *wizard, *dashboard)):
        app.register_blueprint(blueprint)
