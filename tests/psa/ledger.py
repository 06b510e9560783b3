"""Ledger, a PSA with one record type: the smallest adapter that docs/adding-a-psa.md leads to.

It has one list of clients at `/clients?page=1`, and takes a key as a bearer token.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Self
from urllib.parse import urlsplit

from portal.errors import PsaError, PsaListError, PsaRefusedCredentials, PsaUnavailable
from portal.outbound import CallLimits, OutboundClient, OutboundError, Response, UnansweredCall
from portal.psa.adapter import Connection, FactsFormat, FilterOptions, Meter, PsaAdapter, RequestLimit, Tenant
from portal.psa.connect_form import ConnectField, ConnectForm, FieldKind, ParsedAddress
from portal.psa.diagnosis import Access, Diagnosis, ListAccess, failed
from portal.psa.ordinary_lists import OrdinaryLists
from portal.psa.webhooks import WebhookAuthentication, WebhookCall, WebhookEvent, WebhookFormat
from portal.record_fields import RecordFields

LIMITS: Final = CallLimits(seconds=15, size=1024 * 1024)


def parse_address(text: str) -> ParsedAddress:
    address = text.strip().rstrip("/")
    if not urlsplit(address).netloc:
        raise ValueError(text)
    return ParsedAddress(address, ("the slash at the end was removed",) if text.strip() != address else ())


CONNECT_FORM: Final = ConnectForm(
    fields=(
        ConnectField(
            "address", "Address", FieldKind.ADDRESS, missing="Enter the address of your Ledger.", is_destination=True
        ),
        ConnectField("key", "API Key", FieldKind.SECRET, missing="Enter the key.", requires=("Enter the key.", "")),
    ),
    address="address",
    example="https://yourcompany.ledger.example",
    discovered=(),
    parse_address=parse_address,
    normalize=lambda _, text: parse_address(text).address,
    discover=lambda _client, _address: {},
    guess=lambda _address: {},
)


@dataclass(frozen=True)
class Facts:
    remote_id: int
    inactive: bool
    client_id: int | None = None
    group: int | None = 0
    relationships: tuple[int, ...] | None = ()
    is_service_account: bool = False
    is_general_user: bool = False
    is_closed: bool = False
    opened_at: datetime | None = None
    is_active_contract: bool | None = None
    is_opportunity: bool | None = None


@dataclass(frozen=True)
class Columns:
    name: str
    is_active: bool | None
    client_remote_id: int | None = None
    client_name: str = ""
    site_remote_id: int | None = None
    reference: str = ""
    status: str = ""
    remote_updated_at: datetime | None = None
    other_texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    facts: Facts | None
    remote_id: int | None
    payload: bytes
    problem: str = ""


@dataclass(frozen=True)
class Page:
    number: int
    rows: list[Row]
    path: str
    status: int
    seconds: float
    size: int | None = None
    total: int | None = None
    retries: int = 0
    note: str = ""


@dataclass
class LedgerClient(OrdinaryLists):
    """Reads clients. It has no ids-only list, no date filter, and a request for one client."""

    connection: Connection
    outbound: OutboundClient
    check_rate_limit: Any
    name: str = field(default="Ledger", init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.outbound.close()

    @property
    def requests(self) -> int:
        return self.outbound.calls

    @property
    def requests_here(self) -> int:
        return self.outbound.calls_here

    def take_unanswered(self) -> tuple[UnansweredCall, ...]:
        return self.outbound.unanswered.take()

    def log_in(self) -> None:
        """Do nothing: the key goes with every request."""

    def page(self, record_type: str, number: int, *, since: datetime | None = None, size: int | None = None) -> Page:
        response = self.get(f"/{record_type}?page={number}")
        try:
            rows = [_row(each) for each in json.loads(response.body)]
        except (ValueError, TypeError) as error:
            raise PsaUnavailable("Ledger sent something that isn't a list.") from error
        return Page(number, rows, f"/{record_type}", response.status, response.seconds)

    def record(self, record_type: str, remote_id: int, *, client_id: int | None = None) -> Row | None:
        response = self.get(f"/{record_type}/{remote_id}", missing_is_fine=True)
        return None if response.status == 404 else _row(json.loads(response.body))

    def get(self, path: str, *, missing_is_fine: bool = False) -> Response:
        self.check_rate_limit()
        try:
            values = self.connection.values
            response = self.outbound.get(values["address"] + path, token=values["key"], limits=LIMITS)
        except OutboundError as error:
            raise PsaUnavailable(error.problem, error.remedy) from error
        if response.status == 401:
            raise PsaRefusedCredentials("Ledger doesn't accept this key.", "Copy it again.", field="key")
        if response.status != 200 and not (missing_is_fine and response.status == 404):
            raise PsaListError(f"Ledger answered with status {response.status}.")
        return response

    def columns(self, record_type: str, payload: bytes) -> Columns:
        row = json.loads(payload)
        return Columns(name=row["title"], is_active=not row["closed"])

    def column_keys(self, record_type: str) -> Collection[str]:
        return {"title", "closed"}

    def pack_facts(self, facts: Any) -> bytes:
        return json.dumps(asdict(facts)).encode()

    def unpack_facts(self, packed: bytes) -> Facts:
        return Facts(**json.loads(packed))

    def options(self, name: str, limits: CallLimits) -> dict[int, str]:
        return {}

    def lists_ids(self, record_type: str) -> bool:
        return False

    def list_ids(self, record_type: str) -> Any:
        raise NotImplementedError

    def supports_date_filter(self, record_type: str) -> bool:
        return False

    def newest(self, record_type: str, *, since: datetime) -> Page:
        raise NotImplementedError

    def has_update_times(self, record_type: str) -> bool:
        return False

    def version(self) -> str:
        return ""

    def another_list_works(self, record_types: Collection[str]) -> bool:
        return False

    def is_computed(self, record_type: str, key: str) -> bool:
        return False


def _row(row: Mapping[str, Any]) -> Row:
    payload = json.dumps(row).encode()
    if not isinstance(row.get("title"), str):
        return Row(None, row.get("number"), payload, "It has no title.")
    return Row(Facts(row["number"], inactive=row["closed"]), row["number"], payload)


def open_client(
    connection: Connection,
    *,
    patient: bool = True,
    check_rate_limit: Any = lambda: None,
    before_call: Any = lambda: None,
) -> LedgerClient:
    return LedgerClient(connection, OutboundClient(before_call), check_rate_limit)


def test(connection: Connection, meter: Meter) -> Diagnosis:
    with open_client(connection, before_call=meter.before_call) as client:
        try:
            seen = client.page("clients", 1)
        except PsaError as error:
            return failed(error.field or "address", error.problem, error.remedy)
    meter.token_granted()
    return Diagnosis(ok=True, agent="the key's owner", lists={"clients": ListAccess(Access.GRANTED, len(seen.rows))})


def record_fields(record_type: str, payload: str) -> RecordFields:
    row = json.loads(payload)
    more = {name: row[name] for name in ("website", "phone") if name in row}
    return RecordFields({"name": row["title"], "active": not row["closed"], **more})


def _facts(_record_type: str, payload: bytes) -> Facts:
    row = json.loads(payload)
    return Facts(row["number"], inactive=row["closed"])


def _proof(login: WebhookAuthentication, call: WebhookCall) -> str:
    return call.header("X-Ledger-Key")


def _expected_proof(login: WebhookAuthentication, secret: str, body: bytes) -> str:
    return secret


def _read(body: bytes) -> list[WebhookEvent]:
    return [WebhookEvent("changed", "clients", json.loads(body)["number"])]


LEDGER: Final = PsaAdapter(
    slug="ledger",
    label="Ledger PSA",
    name="Ledger",
    connect_form=CONNECT_FORM,
    tenant_of=lambda values: Tenant(values.get("address", ""), "", values.get("address", "")),
    open_client=open_client,
    test=test,
    request_limit=RequestLimit(requests=100, seconds=60),
    proving_requests=1,
    reading_requests=0,
    filter_options=FilterOptions((), {}, lambda _name, _payloads: {}),
    facts=FactsFormat(_facts, lambda packed: Facts(**json.loads(packed))),
    webhooks=WebhookFormat(
        proof=_proof,
        expected_proof=_expected_proof,
        is_readable=lambda _body, content_type: "json" in content_type,
        extract_json=lambda body, _content_type: body,
        read=_read,
        abridge=lambda body: body,
    ),
    record_fields=record_fields,
    record_link=lambda _values, _record_type, _remote_id: None,
    record_named_by=lambda _text: [],
    silent_webhook_remedy="Check in Ledger whether the webhook is on.",
)
