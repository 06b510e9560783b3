"""Who may deliver."""

from __future__ import annotations

import pytest

from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.services import deliveries
from portal.vault import Secret


@pytest.fixture
def webhook(northwind: Account) -> Integration:
    integration: Integration = Integration.create(account=northwind, psa="halo", webhook_secret=Secret("the secret"))
    return integration


def test_the_right_user_name_and_secret_name_the_integration(webhook: Integration) -> None:
    assert deliveries.sender(webhook.webhook_id, "scopable", "the secret") == webhook


@pytest.mark.parametrize(
    ("user", "secret"),
    [("", ""), ("scopable", ""), ("", "the secret"), ("SCOPABLE", "the secret"), ("scopable", "the secret "),
     ("scopable", "the secre"), ("scopable", "\ud800")],
)  # fmt: skip
def test_anything_else_names_nobody(webhook: Integration, user: str, secret: str) -> None:
    assert deliveries.sender(webhook.webhook_id, user, secret) is None


def test_an_address_that_does_not_exist_names_nobody(webhook: Integration) -> None:
    assert deliveries.sender("guessed", "scopable", "the secret") is None
    assert deliveries.sender("guessed", "", "") is None


def test_an_integration_without_a_secret_takes_nothing(webhook: Integration) -> None:
    Integration.update(webhook_secret=None).execute()
    assert deliveries.sender(webhook.webhook_id, "scopable", "") is None
    assert deliveries.sender(webhook.webhook_id, "", "") is None


def test_the_last_delivery_is_remembered(webhook: Integration) -> None:
    deliveries.note(webhook)
    assert Integration.get_by_id(webhook.id).last_delivery_at is not None
