"""An API client of a sandbox."""

from __future__ import annotations

import ssl
from types import TracebackType
from typing import Any, Self

import httpx

from portal.sandbox.halo_verbs import HaloVerbs

# One for all: httpx would read every CA certificate for each client anew.
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

PATHS = {
    "clients": ("Client", "clients"),
    "sites": ("Site", "sites"),
    "contacts": ("Users", "users"),
    "products": ("Item", "items"),
    "assets": ("Asset", "assets"),
    "opportunities": ("Opportunities", "tickets"),
    "contracts": ("ClientContract", "contracts"),
}


class Visitor:
    def __init__(self, sandbox: HaloVerbs, *, tenant: str | None = None, scope: str = "all") -> None:
        self.http = httpx.Client(base_url=sandbox.url, trust_env=False, verify=TLS)
        self._credentials = sandbox.credentials(tenant)
        self.log_in(scope)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def log_in(self, scope: str = "all") -> None:
        answer = self.http.post(
            "/auth/token",
            params={"tenant": self._credentials.tenant},
            data={
                "grant_type": "client_credentials",
                "client_id": self._credentials.client_id,
                "client_secret": self._credentials.client_secret,
                "scope": scope,
            },
        )
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(f"/api/{path}", params=query)

    def page(self, record_type: str, page_no: int = 1, page_size: int = 1000, **query: Any) -> dict[str, Any]:
        path, _ = PATHS[record_type]
        answer = self.get(path, pageinate="true", page_no=page_no, page_size=page_size, **query)
        assert answer.status_code == 200
        return dict(answer.json())

    def rows(self, record_type: str, **query: Any) -> list[dict[str, Any]]:
        """All rows of all pages, active or not."""
        query = {"includeactive": "true", "includeinactive": "true", **query}
        found: list[dict[str, Any]] = []
        page_no = 1
        while rows := self.page(record_type, page_no, **query)[PATHS[record_type][1]]:
            found += rows
            page_no += 1
        return found

    def ids(self, record_type: str, **query: Any) -> list[int]:
        return [row["id"] for row in self.rows(record_type, **query)]
