"""Who may deliver."""

from __future__ import annotations

import base64
import hmac
from datetime import timedelta

import pytest

from portal import clock
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.psa.webhooks import WebhookCall
from portal.services.webhooks import senders
from portal.services.webhooks.senders import sender
from portal.vault import Secret

BODY = b'{"event": "client updated"}'


@pytest.fixture
def webhook(northwind: Account, monkeypatch: pytest.MonkeyPatch) -> Integration:
    monkeypatch.setattr(senders, "REMEMBERED", timedelta(0))
    integration: Integration = Integration.create(account=northwind, psa="halo", webhook_secret=Secret("the secret"))
    return integration


def who(webhook_id: str, body: bytes = BODY, /, **headers: str) -> Integration | None:
    given = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return sender("halo", webhook_id, WebhookCall(lambda name: given.get(name.lower(), ""), body))


def basic(user: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode("utf-8", "surrogatepass")).decode()


def signature(secret: str, body: bytes = BODY) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def use(webhook: Integration, login: str, header: str = "X-Scopable-Token") -> None:
    Integration.update(webhook_login=login, webhook_header=header).where(Integration.id == webhook.id).execute()


def test_the_right_user_name_and_secret_name_the_integration(webhook: Integration) -> None:
    assert who(webhook.webhook_id, authorization=basic("scopable", "the secret")) == webhook
    assert who(webhook.webhook_id, authorization=basic("scopable", "the secret").replace("Basic", "basic")) == webhook


@pytest.mark.parametrize(
    ("user", "secret"),
    [("", ""), ("scopable", ""), ("", "the secret"), ("SCOPABLE", "the secret"), ("scopable", "the secret "),
     ("scopable", "the secre"), ("scopable", "\0"), ("", "\0"), ("scopable", "\ud800")],
)  # fmt: skip
def test_anything_else_names_nobody(webhook: Integration, user: str, secret: str) -> None:
    assert who(webhook.webhook_id, authorization=basic(user, secret)) is None


@pytest.mark.parametrize("given", ["", "Basic", "Basic !!!", "Basic /w==", "Bearer the secret", "the secret"])
def test_a_header_that_cannot_be_read_names_nobody(webhook: Integration, given: str) -> None:
    assert who(webhook.webhook_id, authorization=given) is None


def test_a_bearer_token_counts_where_it_was_chosen(webhook: Integration) -> None:
    use(webhook, "bearer")
    assert who(webhook.webhook_id, authorization="Bearer the secret") == webhook
    for given in ("Bearer the secre", "Bearer", "Token the secret", basic("scopable", "the secret")):
        assert who(webhook.webhook_id, authorization=given) is None


def test_a_token_counts_in_the_header_that_was_named(webhook: Integration) -> None:
    use(webhook, "header", "X-Halo-Key")
    assert who(webhook.webhook_id, x_halo_key="the secret") == webhook
    assert who(webhook.webhook_id, x_scopable_token="the secret") is None
    assert who(webhook.webhook_id, authorization="the secret") is None


def test_a_signature_is_of_exactly_this_body(webhook: Integration) -> None:
    use(webhook, "signature", "Token")
    assert who(webhook.webhook_id, token=signature("the secret")) == webhook
    assert who(webhook.webhook_id, BODY + b" ", token=signature("the secret")) is None
    assert who(webhook.webhook_id, token=signature("another secret")) is None
    assert who(webhook.webhook_id, token=hmac.digest(b"the secret", BODY, "sha256").hex()) is None
    assert who(webhook.webhook_id, token="the secret") is None


def test_during_a_rotation_both_secrets_count(webhook: Integration) -> None:
    webhook.webhook_old_secret, webhook.webhook_secret = Secret("the secret"), Secret("a new one")
    webhook.save()
    for login, header in (("basic", "authorization"), ("signature", "token")):
        use(webhook, login, "Token")
        for secret in ("the secret", "a new one"):
            given = basic("scopable", secret) if login == "basic" else signature(secret)
            assert who(webhook.webhook_id, **{header: given}) == webhook
    webhook.webhook_old_secret = None
    webhook.save()
    assert who(webhook.webhook_id, token=signature("the secret")) is None


def test_a_new_secret_counts_within_a_second(webhook: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "REMEMBERED", timedelta(seconds=1))
    assert who(webhook.webhook_id, authorization=basic("scopable", "the secret")) == webhook
    webhook.webhook_secret = Secret("a new one")
    webhook.save()
    moment = clock.now() + timedelta(seconds=1)
    with clock.using(lambda: moment):
        assert who(webhook.webhook_id, authorization=basic("scopable", "the secret")) is None
        assert who(webhook.webhook_id, authorization=basic("scopable", "a new one")) == webhook


def test_an_integration_that_is_disconnected_takes_nothing(webhook: Integration) -> None:
    Integration.update(state="disconnected").execute()
    assert who(webhook.webhook_id, authorization=basic("scopable", "the secret")) is None


def test_an_address_that_does_not_exist_names_nobody(webhook: Integration) -> None:
    for user, secret in (("scopable", "the secret"), ("", ""), ("", "\0")):
        assert who("guessed", authorization=basic(user, secret)) is None


@pytest.mark.parametrize("login", ["basic", "bearer", "header", "signature"])
def test_an_integration_without_a_secret_takes_nothing(webhook: Integration, login: str) -> None:
    Integration.update(webhook_secret=None).execute()
    use(webhook, login, "Token")
    for secret in ("", "\0"):
        tries = (
            {"authorization": basic("scopable", secret)},
            {"authorization": f"Bearer {secret}"},
            {"token": secret},
            {"token": signature(secret)},
        )
        assert [who(webhook.webhook_id, **each) for each in tries] == [None] * 4
