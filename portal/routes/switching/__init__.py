"""The pairing assistant: its lists, decisions about single clients, and files."""

from __future__ import annotations

from portal.routes.switching import client, lists

bp = lists.bp
bp.register_blueprint(client.bp)
