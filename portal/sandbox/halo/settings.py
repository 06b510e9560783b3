"""How a sandbox is set up: what is fixed at its start, and the knobs that turn while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Literal

import msgspec

from portal.sandbox.halo.record_types import RECORD_TYPES, RecordType
from portal.sandbox.halo.webhooks.webhook import Webhook

DEFAULT_RECORDS = 1500

Flicker = Literal["computed", "numbers", "order", "nulls"]
OddText = Literal["half_surrogate", "control_character", "broken_utf8", "broken_json"]

# How the records of an MSP's tenant spread over the types, in percent.
PROPORTIONS = {
    "clients": 4,
    "sites": 6,
    "contacts": 42,
    "products": 4,
    "assets": 30,
    "opportunities": 10,
    "contracts": 4,
}


def sizes_for(records: int, **exact: int) -> dict[str, int]:
    """Spread records over the types in realistic proportions; `exact` numbers win."""
    sizes = {name: records * share // 100 for name, share in PROPORTIONS.items()}
    sizes["contacts"] += records - sum(sizes.values())  # what rounding left over
    return sizes | exact


def _must_be_record_types(*names: Iterable[str]) -> None:
    for name in chain(*names):
        if name not in RECORD_TYPES:
            raise ValueError(f"{name!r} is no record type; known are {', '.join(RECORD_TYPES)}")


class TenantSettings(msgspec.Struct, forbid_unknown_fields=True):
    """One customer's Halo. Empty credentials are made from its name."""

    name: str = "acme"
    client_id: str = ""
    client_secret: str = ""
    seed: int = 7
    sizes: dict[str, int] = msgspec.field(default_factory=lambda: sizes_for(DEFAULT_RECORDS))
    # Ordinary tickets, which /Opportunities/{id} answers although its list has none of them.
    tickets: int = 20
    logos: bool = False
    # The API application's Permissions tab; what a token gets is fixed when it is issued.
    scopes: list[str] = msgspec.field(default_factory=lambda: ["all"])
    # The API application's Login Type; only an agent may read (section 1.4).
    login_type: Literal["agent", "user"] = "agent"
    # The agent's role: record types it may not read (403), and those whose every row it may not see.
    refused: list[str] = msgspec.field(default_factory=list)
    unseen: list[str] = msgspec.field(default_factory=list)
    # Single records that its lists leave out, per type, and what Halo answers when asked for one by its id.
    hidden: dict[str, list[int]] = msgspec.field(default_factory=dict)
    hidden_answer: Literal["shown", "forbidden", "missing"] = "shown"

    def __post_init__(self) -> None:
        self.client_id = self.client_id or f"{self.name}-client-id"
        self.client_secret = self.client_secret or f"{self.name}-client-secret"
        _must_be_record_types(self.sizes, self.refused, self.unseen, self.hidden)


class Knobs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be turned while the sandbox serves."""

    latency: float = 0.0  # seconds before every answer
    quota: int = 700  # requests per window, 0 for no limit (halo-api.md section 5)
    quota_window: float = 300.0
    retry_after: Literal["off", "seconds", "date"] = "off"
    token_lifetime: float = 3600.0  # seconds until a token is really refused
    expires_in: int | None = None  # what the token answer claims, when it should differ
    token_calls: int | None = None  # a token is refused after so many requests
    single_token: bool = False  # a new token ends the older ones (section 1.2)
    opaque_tokens: bool = False  # tokens that tell nothing, instead of JWTs with claims (section 1.2)
    strict_tenant: bool = False  # a customer's own address refuses another tenant's name, too
    tenant_error: Literal["html", "json"] = "html"  # a wrong tenant's answer (section 1.3)
    require_user_agent: bool = False  # section 1.2
    authinfo: dict[str, Any] | None = None  # the whole answer of /api/authinfo, when set
    profile: dict[str, Any] = msgspec.field(default_factory=dict)  # changes to /api/Agent/me
    caps: dict[str, int] = msgspec.field(default_factory=dict)  # largest pages, where not the type's own
    past_end: Literal["empty", "repeat", "repeat_last"] = "empty"  # a page after the last one (section 3.2)
    # What the answer of a list says about itself: the page size granted, or the one asked for, or nothing …
    page_size_told: Literal["granted", "asked", "nothing"] = "granted"
    # … and how many rows there are: in all, or on this page, or nothing.
    record_count_told: Literal["total", "page", "nothing"] = "total"
    # Types whose date filter reads the date in the tenant's own time: hours ahead of UTC, -5 for New York in winter.
    local_dates: dict[str, float] = msgspec.field(default_factory=dict)
    # What differs between two answers although nobody changed anything: computed values, numbers written another
    # way, the order of keys, keys whose value is null or empty.
    flickers: list[Flicker] = msgspec.field(default_factory=list)
    # When lists have custom fields: always, when include_custom_fields names them, or never (section 3.5) …
    custom_fields_in_lists: Literal["always", "when_asked", "never"] = "always"
    # … and how they are written: a list of entries, or values by name.
    custom_fields_shape: Literal["list", "map"] = "list"
    password_fields: bool = False  # each record has a custom field that holds a password, and a table with another
    thin_lists: bool = False  # lists leave empty what a record read by its id has filled (section 4)
    # Records whose name no strict JSON reader takes: {"clients": {"12": "half_surrogate"}}.
    odd_text: dict[str, dict[str, OddText]] = msgspec.field(default_factory=dict)
    version: str = "2.250.14"  # of /api/InstanceInfo
    # Types that ignore lastupdatefromdate although they know it (section 3.6).
    ignores_update_filter: list[str] = msgspec.field(default_factory=list)
    # What tells a ticket from an opportunity: `is_opportunity` of its detail, and `use` of its ticket type.
    is_opportunity_told: bool = True
    ticket_types_told: bool = True
    # What webhooks call a record, per type, where not by the usual word: {"opportunities": "ticket"} (section 6).
    entity_words: dict[str, str] = msgspec.field(default_factory=dict)
    webhook_timeout: float = 10.0  # seconds that a receiver may take
    webhook_queue: int = 10_000  # deliveries that may wait; what is more is not sent

    def __post_init__(self) -> None:
        _must_be_record_types(
            self.caps, self.ignores_update_filter, self.entity_words, self.local_dates, self.odd_text
        )

    def cap(self, record_type: RecordType) -> int:
        return self.caps.get(record_type.name, record_type.cap)

    def changed(self, changes: dict[str, Any]) -> Knobs:
        """Turn some knobs in a copy; those that are maps keep the entries that are not named."""
        merged = msgspec.to_builtins(self)
        for name, value in changes.items():
            old = merged.get(name)
            merged[name] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
        return msgspec.convert(merged, Knobs)


class Settings(msgspec.Struct):
    """Everything a sandbox needs to start. It listens on 127.0.0.1 only."""

    port: int = 0  # 0 takes a free one
    tenants: Sequence[TenantSettings] = msgspec.field(default_factory=lambda: [TenantSettings()])
    hosted: bool = False  # several tenants behind one address: the token needs a tenant name
    knobs: Knobs = msgspec.field(default_factory=Knobs)
    webhooks: Sequence[Webhook] = ()  # of the first tenant
    certfile: str | None = None
    keyfile: str | None = None
