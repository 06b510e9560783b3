"""The Configuration tab: each section is a file with its own address and blueprint below the tab's."""

from __future__ import annotations

from flask import Blueprint

from portal.routes.dashboard.configuration import (
    connection,
    credentials,
    disconnect,
    rate_limit,
    retention,
    schedule,
    webhook,
)

bp = Blueprint("configuration", __name__, url_prefix="/integrations/<psa:psa>/configuration")
# The tab opens with its first section.
bp.add_url_rule("", "index", connection.index)
for section in (connection, credentials, webhook, schedule, rate_limit, retention, disconnect):
    bp.register_blueprint(section.bp)
