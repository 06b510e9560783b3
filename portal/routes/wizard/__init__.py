"""The four steps that connect a PSA: each is a file with its own blueprint below the wizard's."""

from __future__ import annotations

from portal.routes.wizard import connect, data, review, steps, webhooks

bp = steps.bp
for step in (connect, data, webhooks, review):
    bp.register_blueprint(step.bp)
