"""An account with two PSAs: Halo, and Ledger in the registry beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from portal.models.accounts import Account
from portal.models.integrations import Integration, IntegrationState, WizardStep
from portal.psa import registry
from portal.services.connecting import connections
from portal.vault import Secret
from tests.psa.ledger import LEDGER

LEDGER_PSA = LEDGER.slug


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add Ledger to the registry, and switch both PSAs on for every account."""
    monkeypatch.setitem(registry.ADAPTERS, LEDGER.slug, LEDGER)
    monkeypatch.setitem(registry.NAMES, LEDGER.slug, registry.PsaName(LEDGER.label, LEDGER.name))
    Account.update(enabled_psas=["halo", LEDGER.slug]).execute()


def prepared(account: Account, psa: str, connection: dict[str, str] | None = None, **secrets: str) -> Integration:
    """Write a setup whose test has passed, ready to be started."""
    draft: Integration = Integration.create(
        account=account,
        psa=psa,
        state=IntegrationState.DRAFT,
        connection=connection or {"base_url": f"https://{psa}.example", "address": f"https://{psa}.example"},
        limit_key=f"{psa}.example",
        record_types=["clients", "contacts", "assets"],
        wizard_step=WizardStep.REVIEW,
    )
    draft.credentials = connections.with_secrets(
        draft, {name: Secret(value) for name, value in (secrets or {"client_secret": "s", "key": "s"}).items()}
    )
    draft.tested_fingerprint = connections.fingerprint(draft)
    draft.save()
    return draft


@dataclass
class LedgerServer:
    """A Ledger whose list of clients comes in pages. `statuses` are answered instead, one each, in their order."""

    url: str
    clients: list[dict[str, Any]]
    page_size: int = 3
    statuses: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def page(self, path: str) -> list[dict[str, Any]]:
        self.asked.append(path)
        first = (int(path.rpartition("page=")[2]) - 1) * self.page_size
        return self.clients[first : first + self.page_size]


@contextmanager
def serving_ledger(*clients: dict[str, Any]) -> Iterator[LedgerServer]:
    """Serve clients, each with at least a number and a title."""
    ledger = LedgerServer("", [{"closed": False, **each} for each in clients])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = ledger.statuses.pop(0) if ledger.statuses else 200
            body = json.dumps(ledger.page(self.path)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        ledger.url = f"http://127.0.0.1:{server.server_port}"
        yield ledger
        server.shutdown()
