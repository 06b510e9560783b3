"""The pages: one blueprint a file. A view parses, calls one verb of a service, and answers."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    from portal.routes import home, integrations

    for module in (home, integrations):
        app.register_blueprint(module.bp)
