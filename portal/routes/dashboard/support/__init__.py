"""The Support page: a bundle for support, and read-only access for the vendor's support."""

from __future__ import annotations

from portal.routes.dashboard.support import access, bundle, page

bp = page.bp
bp.register_blueprint(access.bp)
bp.register_blueprint(bundle.bp)
