"""The four steps that connect a PSA: one file for each, on one blueprint."""

from __future__ import annotations

from portal.routes.wizard import connect, data, review, steps, webhooks  # noqa: F401  # each adds its views

bp = steps.bp
