"""Who and what the current request is about: the person, their account, the PSA in the address, its integration."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, g
from flask_security import current_user

from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.psa.adapter import PsaAdapter
from portal.psa.registry import adapter_of
from portal.services.connecting import integrations
from portal.services.records import kept_records

PSA = "psa"


def init_app(app: Flask) -> None:
    """Take the PSA out of each address that has one, and put it into the links of that page."""
    app.url_value_preprocessor(_take_psa)
    app.url_defaults(_add_psa)
    app.context_processor(lambda: {PSA: g.get(PSA)})


def user() -> User:
    """Return the person who is logged in."""
    person: User = current_user._get_current_object()
    return person


def account() -> Account:
    """Return the account of the person who is logged in. Views get an account in no other way."""
    owner: Account = user().account
    return owner


def psa() -> PsaAdapter:
    """Return the PSA that the address names."""
    adapter: PsaAdapter = g.psa
    return adapter


def take_up(integration: Integration) -> None:
    """Make this integration's PSA that of a page whose address names none."""
    g.psa = adapter_of(integration.psa)


def integration(*columns: Any) -> Integration:
    """Read the account's active integration with this PSA from the database. Raises NotFound if there is none.

    Reads it each time, so that a view that has changed something shows what is stored now: these columns, or all.
    """
    return integrations.active(account(), psa().slug, *columns)


def readable_integration() -> Integration:
    """Return the integration whose records may be read, disconnected or not. Raises NotFound if there is none."""
    return kept_records.readable(account(), psa().slug)


def _take_psa(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    # The integration is read later, in the view: first comes the check of who may call it.
    if values and PSA in values:
        g.psa = values.pop(PSA)


def _add_psa(endpoint: str, values: dict[str, Any]) -> None:
    if PSA in g and PSA not in values and current_app.url_map.is_endpoint_expecting(endpoint, PSA):
        values[PSA] = g.psa
