"""Scopable's admin portal for connecting a PSA."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from portal.config import Config


def create_app(config: Config) -> Flask:
    """Wire the web application together. Opens no connection and makes no call."""
    # Imported here, so that workers and commands, which import portal too, do not load the web.
    from flask import Flask
    from htmx_flask import Htmx

    from portal import bootstrap, routes
    from portal.routes import webhook_receiver
    from portal.routes.web import (
        access,
        assets,
        audit_origin,
        bodies,
        database,
        errors,
        field_formats,
        formats,
        forms_only,
        headers,
        limits,
        origin,
        public_address,
        settings,
        waiting,
    )
    from portal.routes.web.login import audit, known_devices, security

    bootstrap.bind(config)

    app = Flask(__name__)
    app.config.from_mapping(settings.of(config))
    # People copy addresses with one slash too many or too few.
    app.url_map.strict_slashes = False
    Htmx(app)
    errors.init_app(app)
    headers.init_app(app, config)
    public_address.init_app(app, config)
    database.init_app(app)
    audit_origin.init_app(app)
    forms_only.init_app(app)
    waiting.init_app(app)
    # Before CSRF and limits: what a person may not do is refused before their request is looked at.
    access.init_app(app)
    # Before CSRF as well: at another address than the public one there is no cookie, and so no token that is right.
    origin.init_app(app, config)
    security.init_app(app)
    audit.init_app(app)
    known_devices.init_app(app, config)
    limits.init_app(app)
    assets.init_app(app)
    formats.init_app(app)
    field_formats.init_app(app)
    routes.init_app(app)
    webhook_receiver.init_app(app)
    bodies.init_app(app)
    return app
