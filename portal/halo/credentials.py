"""Halo's addresses and API credentials."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.psa.adapter import Connection


@dataclass(frozen=True)
class Credentials:
    """Addresses are normalized (see addresses.py); `tenant` may be empty."""

    base_url: str
    auth_server: str
    tenant: str
    client_id: str
    client_secret: str = field(repr=False)

    @classmethod
    def of(cls, connection: Connection) -> Credentials:
        return cls(**connection.values)
