"""The ConnectWise company whose records a connection reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from portal.psa.adapter import Tenant
from portal.psa.hosts import host_of

LONGEST_KEY: Final = 255


def tenant_of(values: Mapping[str, str]) -> Tenant:
    """Derive the tenant from connection values. ConnectWise limits requests per company (section 6)."""
    site, company_id = values.get("site", ""), values.get("company_id", "")
    key = f"{host_of(site)}/{company_id.lower()}" if company_id else host_of(site)
    return Tenant(
        address=site,
        name=company_id,
        limit_key=key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest(),
    )
