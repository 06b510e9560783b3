"""Scopable's admin portal for connecting a PSA."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from portal.config import Config


def create_app(config: Config, *, threads: int | None = None) -> Flask:
    """Assemble the web application for a process with this many threads. Opens no connections, sends no requests."""
    # Imported here, so that workers and commands, which also import portal, do not load the web code.
    from flask import Flask
    from htmx_flask import Htmx

    from portal import bootstrap, outbound_slots, routes
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
    from portal.routes.web.login import audit, known_devices, next_addresses, security

    bootstrap.bind(config, threads=threads or outbound_slots.DEFAULT_THREADS)

    app = Flask(__name__)
    app.config.from_mapping(settings.of(config))
    # People copy URLs with one slash too many or too few.
    app.url_map.strict_slashes = False
    Htmx(app)
    errors.init_app(app)
    headers.init_app(app, config)
    public_address.init_app(app, config)
    database.init_app(app)
    audit_origin.init_app(app)
    forms_only.init_app(app)
    next_addresses.init_app(app)
    waiting.init_app(app)
    # Before CSRF and limits: a forbidden request is refused before it is examined further.
    access.init_app(app)
    # Before CSRF too: at any address but the public one there is no cookie, so the CSRF token can never be valid.
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
