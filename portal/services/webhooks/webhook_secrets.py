"""The webhook's secret, which can be rotated without downtime, and the authentication method."""

from __future__ import annotations

import re
import secrets
from typing import Final

from portal.db import db
from portal.errors import Conflict, Invalid
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.webhooks import WebhookLogin
from portal.psa.registry import adapter_of
from portal.services.audit import audit_log, changes
from portal.vault import Secret

WITH_HEADER: Final = (WebhookLogin.HEADER, WebhookLogin.SIGNATURE)
# HTTP allows more characters, but proxies drop names with them, especially underscores.
HEADER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,99}")
# Headers that servers, proxies or the portal already use.
TAKEN: Final = frozenset(
    {
        *("authorization", "cookie", "set-cookie", "host", "connection", "keep-alive", "te", "trailer", "upgrade"),
        *("transfer-encoding", "expect", "via", "date", "forwarded", "user-agent", "referer", "origin", "range"),
        *("x-real-ip", "x-request-id", "x-csrftoken"),
    }
)
TAKEN_BEGINNINGS: Final = ("content-", "proxy-", "accept", "if-", "sec-", "x-forwarded-", "access-control-", "hx-")
NAMES: Final = {"webhook_login": "Webhook authentication", "webhook_header": "Webhook header"}
OTHER_NAME: Final = "Choose one such as X-Scopable-Token."


def new_secret() -> Secret:
    return Secret(secrets.token_urlsafe(24))


def is_rotating(integration: Integration) -> bool:
    """Return whether the previous secret is still valid."""
    return integration.__data__.get("webhook_old_secret") is not None


def is_used(integration: Integration) -> bool:
    """Return whether the PSA authenticates with our secret, rather than with keys of its own."""
    return adapter_of(integration.psa).webhooks.hosted_keys is None


def rotate(integration: Integration, user: User | None) -> None:
    """Make a new secret. The current one stays valid until it is dropped.

    Raises Conflict while an older one is still valid: nobody would know which of the three the PSA uses. Raises
    Conflict as well if the PSA uses none.
    """
    _check_use(integration)
    so_far = integration.webhook_secret
    # Sealed again, because a value sealed for one column does not open in another.
    integration.webhook_old_secret = Secret(so_far.reveal()) if so_far else None
    integration.webhook_secret = new_secret()
    sealed = {name: integration.__data__[name] for name in ("webhook_old_secret", "webhook_secret")}
    with db.atomic():
        mine = Integration.id == integration.id
        if not Integration.update(sealed).where(mine, Integration.webhook_old_secret.is_null()).execute():
            psa = adapter_of(integration.psa).name
            raise Conflict(
                "The previous secret is still valid.",
                f"Enter the current one in {psa} and remove the old one before you make another.",
            )
        audit_log.record(
            integration.account, user, "webhook.secret_made", changes=changes.replaced(["Webhook secret"])
        )


def drop_old(integration: Integration, user: User | None) -> None:
    """Accept only the current secret. Raises Conflict if there is no old one."""
    with db.atomic():
        rotating = (Integration.id == integration.id) & Integration.webhook_old_secret.is_null(is_null=False)
        if not Integration.update(webhook_old_secret=None).where(rotating).execute():
            raise Conflict("The old secret was already removed.", "Only the current one is valid.")
        audit_log.record(integration.account, user, "webhook.secret_dropped")


def choose_login(integration: Integration, login: str, header: str, user: User | None) -> None:
    """Change the authentication method; the secret stays. `header` is used by methods that have one.

    Raises Invalid naming `webhook_login` or `webhook_header`, and Conflict if the PSA authenticates in its own way.
    """
    _check_use(integration)
    if login not in set(WebhookLogin):
        raise Invalid("webhook_login", "This isn't a known authentication method.", "Choose one from the list.")
    chosen = {"webhook_login": login}
    if login in WITH_HEADER:
        chosen["webhook_header"] = _checked(header.strip())
    with db.atomic():
        before = Integration.get_by_id(integration.id)
        Integration.update(chosen).where(Integration.id == integration.id).execute()
        changed = changes.differing({name: getattr(before, name) for name in chosen}, chosen)
        named = {NAMES[name]: pair for name, pair in changed.items()}
        audit_log.record(integration.account, user, "webhook.login_changed", ", ".join(chosen.values()), named)


def _check_use(integration: Integration) -> None:
    if not is_used(integration):
        psa = adapter_of(integration.psa).name
        raise Conflict(f"{psa} signs its deliveries itself.", f"There is nothing to change here or in {psa}.")


def _checked(header: str) -> str:
    if not header:
        raise Invalid("webhook_header", "Enter the header name.", OTHER_NAME)
    if not HEADER_NAME.fullmatch(header):
        raise Invalid("webhook_header", "Header names can only have letters, digits and hyphens.", OTHER_NAME)
    if header.lower() in TAKEN or header.lower().startswith(TAKEN_BEGINNINGS):
        raise Invalid("webhook_header", f"{header} is reserved.", OTHER_NAME)
    return header
