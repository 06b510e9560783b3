"""The Configuration tab: each card is a file with its own blueprint below the tab's."""

from __future__ import annotations

from portal.routes.dashboard.configuration import connection, rate_limit, schedule, tab, webhook

bp = tab.bp
for card in (connection, schedule, rate_limit, webhook):
    bp.register_blueprint(card.bp)
