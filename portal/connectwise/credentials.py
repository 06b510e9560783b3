"""ConnectWise's address and API keys."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from portal import vendor_ids
from portal.psa.adapter import Connection

SLUG: Final = "connectwise"


@dataclass(frozen=True)
class Credentials:
    """`site` is normalized (see addresses.py). `client_id` is the one to send: the user's own, or the operator's."""

    site: str
    company_id: str
    public_key: str
    private_key: str = field(repr=False)
    client_id: str = ""
    has_own_client_id: bool = False

    @classmethod
    def of(cls, connection: Connection) -> Credentials:
        values = connection.values
        own = values.get("client_id", "")
        return cls(
            site=values["site"],
            company_id=values["company_id"],
            public_key=values["public_key"],
            private_key=values["private_key"],
            client_id=own or vendor_ids.of(SLUG),
            has_own_client_id=bool(own),
        )

    def headers(self) -> Mapping[str, str]:
        """Return the headers that authenticate every call (connectwise-api.md section 2)."""
        login = f"{self.company_id}+{self.public_key}:{self.private_key}".encode()
        client_id = {"clientId": self.client_id} if _fits_a_header(self.client_id) else {}
        return {"Authorization": f"Basic {b64encode(login).decode()}", **client_id}


def _fits_a_header(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable()
