"""The Alerts pages: destinations, adding one, and the log of messages."""

from __future__ import annotations

from portal.routes.dashboard.alerts import adding, pages

bp = pages.bp
bp.register_blueprint(adding.bp)
