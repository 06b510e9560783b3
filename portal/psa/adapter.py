"""What a PSA brings to the portal. Each one is a folder, an adapter, and a line in registry.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self

from portal.outbound import Limits
from portal.psa.connect_form import ConnectForm
from portal.psa.diagnosis import Diagnosis
from portal.psa.source import Source
from portal.psa.webhooks import WebhookFormat
from portal.record_fields import RecordFields


@dataclass(frozen=True)
class Connection:
    """One integration's connection values by field name, opened for a call. Secrets are among them."""

    values: Mapping[str, str] = field(repr=False)

    def replacing(self, **values: str) -> Connection:
        return Connection({**self.values, **values})


class Meter(Protocol):
    """Pays for the requests that a person causes."""

    def before_call(self) -> None:
        """Count a request."""

    def token_granted(self) -> None:
        """From here on, the credentials are known to be right. What this raises ends the test."""


class PsaClient(Source, Protocol):
    """An open connection, for several threads."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *exception: object) -> None: ...
    def log_in(self) -> None:
        """Get a token, unless there is one. Raises PsaError."""
        ...

    def options(self, name: str, limits: Limits) -> dict[int, str]:
        """Read what a filter offers, once: names by id. Raises PsaError."""
        ...


class OpenClient(Protocol):
    """Makes a client. Unless `patient`, it repeats what failed only after a first success.

    `gate` is asked before each call, and raises PsaRateLimited while nobody may call; `before_call` runs before each.
    """

    def __call__(
        self,
        connection: Connection,
        *,
        patient: bool = True,
        gate: Callable[[], None] = ...,
        before_call: Callable[[], None] = ...,
    ) -> PsaClient: ...


@dataclass(frozen=True)
class FilterOptions:
    """The lists that filters offer, by the filter's name.

    `listed` names those that the PSA can list. `seen_in` is the record type whose stored payloads name the members
    too, which `seen` gathers as names by id.
    """

    listed: tuple[str, ...]
    seen_in: Mapping[str, str]
    seen: Callable[[str, Iterable[str]], dict[int, str]]


@dataclass(frozen=True)
class Tenant:
    """One tenant of a PSA: records of another one have other numbers.

    `name` is empty where an address has a single tenant, or where the tenant was left blank. `limit_key` names what
    shares one request limit.
    """

    address: str
    name: str
    limit_key: str


@dataclass(frozen=True)
class PsaAdapter:
    """`slug` is what addresses and the database call the PSA, `label` is its name on our pages, `name` the short one.

    `connect_form` is step 1 of the wizard, and `tenant_of` reads the tenant out of its public values.
    `test` explains a connection, and raises only what the meter raises. `proving_requests` and `reading_requests` are
    what it needs at most, up to the token and after it. `record_fields` takes the type and the payload of a stored
    record, and raises nothing.
    """

    slug: str
    label: str
    name: str
    connect_form: ConnectForm
    tenant_of: Callable[[Mapping[str, str]], Tenant]
    open_client: OpenClient
    test: Callable[[Connection, Meter], Diagnosis]
    proving_requests: int
    reading_requests: int
    filter_options: FilterOptions
    webhooks: WebhookFormat
    record_fields: Callable[[str, str], RecordFields]
    # What to do about a webhook that the PSA no longer calls.
    silent_webhook_remedy: str
