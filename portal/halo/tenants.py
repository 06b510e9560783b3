"""The Halo tenant that a connection leads to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from portal.psa.adapter import Tenant
from portal.psa.hosts import host_of

LONGEST_KEY: Final = 255


def tenant_of(values: Mapping[str, str]) -> Tenant:
    """Derive the tenant from connection values.

    Halo limits requests per host and tenant. A separate authorisation server is part of the key, because a token from
    one server proves nothing about the tenants of another.
    """
    address, tenant = values.get("base_url", ""), values.get("tenant", "")
    host, granting = host_of(address), host_of(values.get("auth_server", ""))
    key = f"{host}/{tenant.lower()}" if tenant else host
    key = key if granting in {"", host} else f"{key} by {granting}"
    return Tenant(
        address=address,
        name=tenant,
        limit_key=key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest(),
    )
