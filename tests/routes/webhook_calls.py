"""Calls a webhook as Halo does."""

from __future__ import annotations

from flask import Flask
from werkzeug.test import TestResponse

from portal.models.integrations import Integration


def login_of(integration: Integration) -> tuple[str, str]:
    return integration.webhook_user, integration.webhook_secret.reveal()


def deliver(app: Flask, integration: Integration, **request: object) -> TestResponse:
    login = {"auth": login_of(integration)}
    return app.test_client().post(f"/webhooks/halo/{integration.webhook_id}", **(login | request))
