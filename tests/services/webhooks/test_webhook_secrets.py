"""The webhook's secret and the way in which it is sent: changed without a gap, and by nobody's mistake."""

from __future__ import annotations

import pytest

from portal.errors import Conflict, Invalid
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.services.webhooks import webhook_secrets
from portal.vault import Secret
from tests.services.helpers import fresh

ILLEGAL = (
    "",
    "   ",
    "X_Token",
    "X Token",
    "X:Token",
    "X-Tokén",
    "X-Token\r\nHost",
    "-X",
    "1st",
    "X.Token",
    "x" * 101,
)
TAKEN = (
    *("Authorization", "AUTHORIZATION", "Proxy-Authorization", "Cookie", "Set-Cookie", "Host", "Content-Type"),
    *("content-length", "Content-Anything", "Transfer-Encoding", "Connection", "Accept-Encoding", "User-Agent"),
    *("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via", "If-Match", "Sec-Fetch-Mode", "Expect"),
)


@pytest.fixture
def webhook(northwind: Account) -> Integration:
    integration: Integration = Integration.create(account=northwind, psa="halo", webhook_secret=Secret("the first"))
    return integration


def valid(webhook: Integration) -> list[str]:
    """Return the secrets that count, the present one first."""
    row = fresh(webhook)
    return [each.reveal() for each in (row.webhook_secret, row.webhook_old_secret) if each]


def actions() -> list[str]:
    return [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id)]


def test_the_old_secret_stays_valid_beside_the_new_one(webhook: Integration, alice: User) -> None:
    webhook_secrets.rotate(webhook, alice)
    new, old = valid(webhook)
    assert old == "the first"
    assert len(new) >= 32
    assert webhook_secrets.is_rotating(fresh(webhook))
    assert actions() == ["webhook.secret_made"]


def test_no_third_secret_is_made_while_two_are_valid(webhook: Integration, alice: User) -> None:
    stale = fresh(webhook)
    webhook_secrets.rotate(webhook, alice)
    before = valid(webhook)
    for row in (fresh(webhook), stale):
        with pytest.raises(Conflict, match="still valid"):
            webhook_secrets.rotate(row, alice)
    assert valid(webhook) == before
    assert actions() == ["webhook.secret_made"]


def test_dropping_leaves_the_new_one_alone(webhook: Integration, alice: User) -> None:
    webhook_secrets.rotate(webhook, alice)
    new, _ = valid(webhook)
    webhook_secrets.drop_old(webhook, alice)
    assert valid(webhook) == [new]
    assert not webhook_secrets.is_rotating(fresh(webhook))
    assert actions() == ["webhook.secret_made", "webhook.secret_dropped"]


def test_the_only_secret_is_not_dropped(webhook: Integration, alice: User) -> None:
    with pytest.raises(Conflict, match="already removed"):
        webhook_secrets.drop_old(webhook, alice)
    assert (valid(webhook), actions()) == (["the first"], [])


def test_one_that_had_none_gets_its_first(webhook: Integration) -> None:
    Integration.update(webhook_secret=None).execute()
    webhook_secrets.rotate(fresh(webhook), None)
    assert len(valid(webhook)) == 1


@pytest.mark.parametrize("login", ["basic", "bearer", "header", "signature"])
def test_changing_the_authentication_method_keeps_the_secrets(webhook: Integration, alice: User, login: str) -> None:
    webhook_secrets.rotate(webhook, alice)
    before = valid(webhook)
    webhook_secrets.choose_login(webhook, login, " X-Halo-Key ", alice)
    named = "X-Halo-Key" if login in {"header", "signature"} else "X-Scopable-Token"
    assert (fresh(webhook).webhook_login, fresh(webhook).webhook_header) == (login, named)
    assert valid(webhook) == before
    assert actions()[-1] == "webhook.login_changed"


@pytest.mark.parametrize("header", [*ILLEGAL, *TAKEN])
@pytest.mark.parametrize("login", ["header", "signature"])
def test_a_header_that_is_none_or_means_something_else_is_refused(
    webhook: Integration, login: str, header: str
) -> None:
    with pytest.raises(Invalid) as refused:
        webhook_secrets.choose_login(webhook, login, header, None)
    assert refused.value.field == "webhook_header"
    assert refused.value.remedy
    assert (fresh(webhook).webhook_login, actions()) == ("basic", [])


@pytest.mark.parametrize("login", ["", "none", "BASIC", "digest"])
def test_an_unknown_authentication_method_is_refused(webhook: Integration, login: str) -> None:
    with pytest.raises(Invalid) as refused:
        webhook_secrets.choose_login(webhook, login, "X-Token", None)
    assert refused.value.field == "webhook_login"
    assert fresh(webhook).webhook_login == "basic"


@pytest.mark.parametrize("header", ["X-Scopable-Token", "Token", "x-halo-signature-256", "T"])
def test_other_headers_will_do(webhook: Integration, header: str) -> None:
    webhook_secrets.choose_login(webhook, "signature", header, None)
    assert fresh(webhook).webhook_header == header
