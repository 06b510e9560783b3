"""Who calls: the API member's keys and the integration's client id (connectwise-api.md section 2)."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence
from typing import NamedTuple

from portal.sandbox.connectwise.problems import no_endpoint, refusal
from portal.sandbox.connectwise.settings import Knobs
from portal.sandbox.connectwise.tenant import Tenant
from portal.sandbox.http import Request, Response, html_response

CANNOT_ROUTE = Response(400, b"Cannot route. Codebase/company is invalid", "text/plain; charset=utf-8")


class Keys(NamedTuple):
    company_id: str
    public_key: str
    private_key: str


def keys_of(request: Request) -> Keys | None:
    """Return the keys in the Authorization header, which are `company+public:private`."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, private_key = b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    company_id, _, public_key = user.partition("+")
    return Keys(company_id, public_key, private_key)


def company_named(name: str, tenants: Sequence[Tenant], knobs: Knobs) -> Tenant | None:
    for tenant in tenants:
        if tenant.name == name or (not knobs.checks_company_case and tenant.name.lower() == name.lower()):
            return tenant
    return None


def problem_of(request: Request, keys: Keys | None, tenant: Tenant | None, knobs: Knobs) -> Response | None:
    """Return the refusal of these credentials; None if they are right."""
    if keys is None:
        return _wrong_key(knobs)
    if tenant is None:
        return _wrong_company(knobs)
    settings = tenant.settings
    if (keys.public_key, keys.private_key) != (settings.public_key, settings.private_key):
        return _wrong_key(knobs)
    if knobs.checks_client_id and request.headers.get("clientid", "").lower() != settings.client_id.lower():
        return refusal(knobs.client_id_error, "Unauthorized", "clientId is missing or invalid")
    return None


def _wrong_company(knobs: Knobs) -> Response:
    if knobs.wrong_company == "cannot_route":
        return CANNOT_ROUTE
    return _unauthorized() if knobs.wrong_company == "unauthorized" else no_endpoint()


def _wrong_key(knobs: Knobs) -> Response:
    answers = {
        "unauthorized": _unauthorized(),
        "user_not_authenticated": refusal(401, "ConnectWiseApi", "UserNotAuthenticated"),
        "empty": Response(401),
        "html": html_response("<html><body><h1>401 - Unauthorized</h1></body></html>", status=401),
        "not_found": no_endpoint(),
    }
    return answers[knobs.wrong_key]


def _unauthorized() -> Response:
    return refusal(401, "Unauthorized", "The public or private key is invalid.")
