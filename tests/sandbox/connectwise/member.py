"""An API member of a simulated ConnectWise."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx

from portal.sandbox import ConnectWiseVerbs
from tests.sandbox.visitor import TLS

PATHS = {
    "clients": "company/companies",
    "contacts": "company/contacts",
    "products": "procurement/catalog",
    "assets": "company/configurations",
    "opportunities": "sales/opportunities",
    "contracts": "finance/agreements",
}
API = "/v4_6_release/apis/3.0/"
FORWARD = {"pagination-type": "forward-only"}


class Member:
    def __init__(self, sandbox: ConnectWiseVerbs, *, tenant: str | None = None) -> None:
        keys = sandbox.credentials(tenant)
        self.http = httpx.Client(
            base_url=sandbox.url,
            auth=(f"{keys.company_id}+{keys.public_key}", keys.private_key),
            headers={"clientId": keys.client_id},
            trust_env=False,
            verify=TLS,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def get(self, path: str, *, headers: dict[str, str] | None = None, **query: Any) -> httpx.Response:
        return self.http.get(f"{API}{path}", params=query, headers=headers)

    def rows(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All rows of all pages, by page number."""
        found: list[dict[str, Any]] = []
        page = 1
        while rows := self.get(path, **{"pageSize": 1000, **query}, page=page).json():
            found += rows
            page += 1
        return found

    def ids(self, path: str, **query: Any) -> list[int]:
        return [row["id"] for row in self.rows(path, **query)]

    def sweep(self, path: str, **query: Any) -> list[int]:
        """Return the ids of all rows, forward only."""
        found: list[int] = []
        while True:
            after = {"pageId": found[-1]} if found else {}
            answer = self.get(path, headers=FORWARD, **query, **after)
            found += [row["id"] for row in answer.json()]
            if not answer.headers["Link"]:
                return found
