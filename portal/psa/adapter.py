"""The interface between the portal and a PSA. Each PSA is a folder, an adapter, and a line in registry.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self

from portal.outbound import CallLimits
from portal.psa.connect_form import ConnectForm
from portal.psa.diagnosis import Diagnosis
from portal.psa.named_records import NamedRecord
from portal.psa.source import Facts, Source
from portal.psa.webhooks import WebhookFormat
from portal.record_fields import RecordFields


@dataclass(frozen=True)
class Connection:
    """One integration's connection values by field name, secrets included in plain text."""

    values: Mapping[str, str] = field(repr=False)


class Meter(Protocol):
    """Charges a connection test's requests to the rate limit."""

    def before_call(self) -> None:
        """Charge one request."""

    def token_granted(self) -> None:
        """Note that the credentials are valid. An exception raised here ends the test."""


class PsaClient(Source, Protocol):
    """An open, thread-safe connection."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *exception: object) -> None: ...
    def log_in(self) -> None:
        """Get a token if there is none yet. Raises PsaError."""
        ...

    def options(self, name: str, limits: CallLimits) -> dict[int, str]:
        """Fetch a filter's options, without retries: names by id. Raises PsaError."""
        ...


class OpenClient(Protocol):
    """Makes a client. Unless `patient`, it does not retry until a first request has succeeded.

    `check_rate_limit` and `before_call` run before each call; the former raises PsaRateLimited while the rate limit
    is used up.
    """

    def __call__(
        self,
        connection: Connection,
        *,
        patient: bool = True,
        check_rate_limit: Callable[[], None] = ...,
        before_call: Callable[[], None] = ...,
    ) -> PsaClient: ...


@dataclass(frozen=True)
class FilterOptions:
    """The lists that filters choose from, by name.

    `lists` names those that the PSA has an endpoint for. `found_in` maps every list to the record type whose stored
    payloads contain its members; `collect` extracts them from payloads, as names by id. `called` is what the PSA
    calls the members of a list, if that differs from the filter's own words. `missing` names the filters of
    sync/filters.py that mean nothing in this PSA.
    """

    lists: tuple[str, ...]
    found_in: Mapping[str, str]
    collect: Callable[[str, Iterable[str]], dict[int, str]]
    called: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FactsFormat:
    """Reads what filters depend on without a connection: from a row, and from details as the client packs them.

    Both raise ValueError with a message for people.
    """

    read: Callable[[str, bytes], Facts]
    unpack: Callable[[bytes], Facts]


@dataclass(frozen=True)
class Tenant:
    """One tenant of a PSA. Record ids of different tenants are unrelated.

    `name` is empty for a single-tenant address, and if no tenant was entered. Integrations with the same `limit_key`
    share one rate limit.
    """

    address: str
    name: str
    limit_key: str


@dataclass(frozen=True)
class RequestLimit:
    """How many requests a PSA usually allows in a rolling window of so many seconds."""

    requests: int
    seconds: int


@dataclass(frozen=True)
class PsaAdapter:
    """Everything that the portal needs to work with one PSA.

    `slug` identifies the PSA in URLs and the database; `label` is its full name on our pages, `name` the short one.
    `connect_form` is step 1 of the wizard; `tenant_of` derives the tenant from its public values. `test` diagnoses a
    connection and raises only what the meter raises. `proving_requests` and `reading_requests` are the most requests
    it makes before and after it has a token. `record_fields` takes the type and payload of a stored record, and
    raises nothing. `record_link` takes the public values, a type and a number, and returns the address of the
    record's page in the PSA, None if no page is known. `record_named_by` returns the records that a pasted
    number, link or API address names, the most specific first; none for any other text.
    """

    slug: str
    label: str
    name: str
    connect_form: ConnectForm
    tenant_of: Callable[[Mapping[str, str]], Tenant]
    open_client: OpenClient
    test: Callable[[Connection, Meter], Diagnosis]
    request_limit: RequestLimit
    proving_requests: int
    reading_requests: int
    filter_options: FilterOptions
    facts: FactsFormat
    webhooks: WebhookFormat
    record_fields: Callable[[str, str], RecordFields]
    record_link: Callable[[Mapping[str, str], str, int], str | None]
    record_named_by: Callable[[str], list[NamedRecord]]
    # What to do about a webhook that the PSA no longer calls.
    silent_webhook_remedy: str
