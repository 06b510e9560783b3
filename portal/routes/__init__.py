"""The pages: one blueprint a file. A view parses, calls one verb of a service, and answers."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    from portal.routes import (
        configuration,
        data_sync,
        home,
        integrations,
        setup,
        setup_connect,
        sync_filters,
        sync_logs,
        webhooks,
    )

    pages = (home, integrations, setup_connect, setup, data_sync, sync_filters, sync_logs, configuration, webhooks)
    # The wizard's two files share a blueprint, which is registered once.
    for blueprint in dict.fromkeys(module.bp for module in pages):
        app.register_blueprint(blueprint)
