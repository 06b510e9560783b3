"""The settings of a sandbox: those fixed at its start, and the knobs that can change while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Literal

import msgspec

from portal.sandbox import knobs
from portal.sandbox.halo.record_types import RECORD_TYPES, RecordType
from portal.sandbox.halo.webhooks.webhook import Webhook
from portal.sandbox.quota import RetryAfter
from portal.sandbox.sizes import DEFAULT_RECORDS, sizes_for

Flicker = Literal["computed", "numbers", "order", "nulls"]
OddText = Literal["half_surrogate", "control_character", "broken_utf8", "broken_json"]

# These cannot change after the records have been generated.
FIXED = frozenset({"name", "seed", "sizes", "tickets", "logos"})


def _must_be_record_types(*names: Iterable[str]) -> None:
    for name in chain(*names):
        if name not in RECORD_TYPES:
            raise ValueError(f"{name!r} is no record type; known are {', '.join(RECORD_TYPES)}")


class TenantSettings(msgspec.Struct, forbid_unknown_fields=True):
    """One tenant's settings. Empty credentials are derived from its name."""

    name: str = "acme"
    client_id: str = ""
    client_secret: str = ""
    seed: int = 7
    sizes: dict[str, int] = msgspec.field(default_factory=lambda: sizes_for(DEFAULT_RECORDS))
    # Ordinary tickets: /Opportunities/{id} returns them, although its list does not include them.
    tickets: int = 20
    logos: bool = False
    # The API application's Permissions tab. A token's permissions are fixed when it is issued.
    scopes: list[str] = msgspec.field(default_factory=lambda: ["all"])
    # The API application's Login Type; only an agent may read (section 1.4).
    login_type: Literal["agent", "user"] = "agent"
    # The agent's role: record types it may not read (403), and types whose rows are all hidden.
    refused: list[str] = msgspec.field(default_factory=list)
    unseen: list[str] = msgspec.field(default_factory=list)
    # Single records that lists omit, per type, and Halo's response to a request for one by id.
    hidden: dict[str, list[int]] = msgspec.field(default_factory=dict)
    hidden_answer: Literal["shown", "forbidden", "missing"] = "shown"

    def __post_init__(self) -> None:
        self.client_id = self.client_id or f"{self.name}-client-id"
        self.client_secret = self.client_secret or f"{self.name}-client-secret"
        _must_be_record_types(self.sizes, self.refused, self.unseen, self.hidden)


class Knobs(knobs.Knobs, frozen=True, forbid_unknown_fields=True):
    """The settings that can change while the sandbox serves."""

    quota: int = 700  # requests per window, 0 for no limit (halo-api.md section 5)
    quota_window: float = 300.0
    retry_after: RetryAfter = "off"
    token_lifetime: float = 3600.0  # seconds until a token is really refused
    expires_in: int | None = None  # what the token answer claims, when it should differ
    token_calls: int | None = None  # a token is rejected after this many requests
    single_token: bool = False  # a new token revokes older ones (section 1.2)
    opaque_tokens: bool = False  # opaque tokens instead of JWTs with claims (section 1.2)
    strict_tenant: bool = False  # a single-tenant address also rejects other tenants' names
    tenant_error: Literal["html", "json"] = "html"  # a wrong tenant's answer (section 1.3)
    require_user_agent: bool = False  # section 1.2
    authinfo: dict[str, Any] | None = None  # the whole response of /api/authinfo, if set
    profile: dict[str, Any] = msgspec.field(default_factory=dict)  # changes to /api/Agent/me
    caps: dict[str, int] = msgspec.field(default_factory=dict)  # maximum page sizes that differ from the type's own
    past_end: Literal["empty", "repeat", "repeat_last"] = "empty"  # a page after the last one (section 3.2)
    # The page size that a list states: the effective one, the requested one, or none …
    stated_page_size: Literal["granted", "asked", "nothing"] = "granted"
    # … and the row count: of the whole list, of this page, or none.
    stated_record_count: Literal["total", "page", "nothing"] = "total"
    # Types whose date filter uses the tenant's local time: hours ahead of UTC, such as -5 for New York in winter.
    local_dates: dict[str, float] = msgspec.field(default_factory=dict)
    # What differs between two responses although nothing changed: computed values, notation of numbers,
    # way, the order of keys, keys whose value is null or empty.
    flickers: list[Flicker] = msgspec.field(default_factory=list)
    # When lists include custom fields: always, if include_custom_fields names them, or never (section 3.5) …
    custom_fields_in_lists: Literal["always", "when_asked", "never"] = "always"
    # … and their format: a list of entries, or values by name.
    custom_fields_shape: Literal["list", "map"] = "list"
    password_fields: bool = False  # each record has a custom field that holds a password, and a table with another
    thin_lists: bool = False  # lists leave values empty that details have (section 4)
    # Records whose names strict JSON parsers reject: {"clients": {"12": "half_surrogate"}}.
    odd_text: dict[str, dict[str, OddText]] = msgspec.field(default_factory=dict)
    version: str = "2.250.14"  # of /api/InstanceInfo
    # Types that ignore lastupdatefromdate although they support it (section 3.6).
    ignores_update_filter: list[str] = msgspec.field(default_factory=list)
    # What distinguishes tickets from opportunities: `is_opportunity` in details, and `use` of the ticket type.
    has_opportunity_flag: bool = True
    lists_ticket_types: bool = True
    # Unusual names for records in webhooks, per type: {"opportunities": "ticket"} (section 6).
    entity_words: dict[str, str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        _must_be_record_types(
            self.caps, self.ignores_update_filter, self.entity_words, self.local_dates, self.odd_text
        )

    def cap(self, record_type: RecordType) -> int:
        return self.caps.get(record_type.name, record_type.cap)


class Settings(msgspec.Struct):
    """Everything a sandbox needs to start. It listens on 127.0.0.1 only."""

    port: int = 0  # 0 takes a free one
    tenants: Sequence[TenantSettings] = msgspec.field(default_factory=lambda: [TenantSettings()])
    hosted: bool = False  # several tenants at one address, so token requests need a tenant name
    knobs: Knobs = msgspec.field(default_factory=Knobs)
    webhooks: Sequence[Webhook] = ()  # of the first tenant
    certfile: str | None = None
    keyfile: str | None = None
