"""The webhooks of a tenant with their last delivery, and a form for one more."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from portal.sandbox.halo.desk.parts import button, form, hidden, table
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.halo.webhooks.deliveries import Delivery
from portal.sandbox.halo.webhooks.register import Registered
from portal.sandbox.halo.webhooks.webhook import Webhook
from portal.sandbox.halo.webhooks.webhooks import Webhooks


def hooks(webhooks: Webhooks, tenant: Tenant) -> str:
    rows = [_line(each, webhooks.deliveries.last(each.id)) for each in webhooks.register.of(tenant.name)]
    listed = table(("Payload URL", "Last delivery", ""), rows) if rows else "<p>None yet.</p>"
    return f"<section><h2>Webhooks</h2>{listed}{_new()}</section>"


def _line(registered: Registered, last: Delivery | None) -> tuple[str, ...]:
    webhook = registered.webhook
    mine = hidden("id", registered.id)
    on = "" if webhook.active else form("switch_on", mine, button("Switch on", about=webhook.url))
    off = "" if webhook.active else ' <span class="bad">switched off</span>'
    remove = form("remove", mine, button("Remove", risky=True, about=webhook.url))
    return (
        f'<code>{escape(webhook.url)}</code><span class="number">{_settings(webhook)}</span>{off}',
        _told(last),
        f'<div class="buttons">{on}{remove}</div>',
    )


def _settings(webhook: Webhook) -> str:
    form = {"full": "Full object", "small": "Key fields", "event": "Event only"}[webhook.form]
    proved = "no authentication" if webhook.authentication == "none" else webhook.authentication
    return f"{form}, {proved}"


def _told(last: Delivery | None) -> str:
    if last is None:
        return '<span class="number">none</span>'
    good = last.status is not None and 200 <= last.status < 300
    outcome = f"{last.status} in {last.ms:.0f} ms" if last.status else last.error or ""
    when = datetime.fromtimestamp(last.time, UTC)
    return (
        f'{escape(last.event)}<br><span class="{"good" if good else "bad"}">{escape(outcome)}</span>'
        f' <span class="number">{when:%H:%M:%S} UTC</span>'
    )


def _new() -> str:
    return form(
        "add",
        '<label class="wide">Payload URL<input name="url" type="url" required placeholder="http://127.0.0.1:8000/…">'
        "</label>",
        '<label>User name<input name="user" autocomplete="off"></label>',
        '<label>Password<input name="secret" autocomplete="off"></label>',
        button("Add webhook"),
    )
