"""The Alerts pages: destinations, adding one, replacing its address, and the log of messages."""

from __future__ import annotations

from portal.routes.dashboard.alerts import adding, pages, replacing

bp = pages.bp
bp.register_blueprint(adding.bp)
bp.register_blueprint(replacing.bp)
