"""The pages: one blueprint a file. A view parses, calls one verb of a service, and answers."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    from portal.routes import (
        activity,
        configuration,
        data_sync,
        deliveries,
        holds,
        home,
        integrations,
        records,
        schedule,
        session_list,
        setup,
        setup_connect,
        sync_filters,
        sync_logs,
        two_factor,
        webhook_setup,
    )

    own = (home, integrations, activity, session_list, two_factor)
    wizard = (setup_connect, setup)
    dashboard = (
        data_sync,
        holds,
        records,
        sync_filters,
        sync_logs,
        deliveries,
        configuration,
        schedule,
        webhook_setup,
    )
    # The wizard's files share a blueprint, and so do those of the Configuration tab: each is registered once.
    for blueprint in dict.fromkeys(module.bp for module in (*own, *wizard, *dashboard)):
        app.register_blueprint(blueprint)
