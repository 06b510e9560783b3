"""The settings of a sandbox: those fixed at its start, and the knobs that can change while it runs.

What connectwise-api.md calls unknown or conflicting is a knob; its first value is the likeliest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Literal

import msgspec

from portal.sandbox import knobs
from portal.sandbox.connectwise.callbacks.callback import Callback
from portal.sandbox.connectwise.record_types import RECORD_TYPES
from portal.sandbox.quota import RetryAfter
from portal.sandbox.sizes import DEFAULT_RECORDS, sizes_for

# These cannot change after the records have been generated.
FIXED = frozenset({"name", "seed", "sizes"})

# The integration's own client id; the same for every tenant, as ConnectWise issues it to the vendor.
CLIENT_ID = "5c09ab1e-0000-4000-8000-000000000001"

UpdateFilter = Literal["exact", "wide", "ignored", "naive_only", "zulu_only", "local", "nothing"]
DirtyText = Literal["trailing_blanks", "nul", "zero_width"]


def _must_be_record_types(*names: Iterable[str]) -> None:
    for name in chain(*names):
        if name not in RECORD_TYPES:
            raise ValueError(f"{name!r} is no record type; known are {', '.join(RECORD_TYPES)}")


class TenantSettings(msgspec.Struct, forbid_unknown_fields=True):
    """One tenant's settings; `name` is its company id. Empty keys are derived from it."""

    name: str = "acme"
    public_key: str = ""
    private_key: str = ""
    client_id: str = ""  # the integration's GUID that ConnectWise knows
    seed: int = 7
    sizes: dict[str, int] = msgspec.field(default_factory=lambda: sizes_for(DEFAULT_RECORDS))
    # The API member's role: record types it may not read (403), types of which it reads only a part without being
    # told (Inquire = My), types whose rows are all hidden, and companies whose sites alone are refused.
    refused: list[str] = msgspec.field(default_factory=list)
    mine: list[str] = msgspec.field(default_factory=list)
    unseen: list[str] = msgspec.field(default_factory=list)
    refused_sites_of: list[int] = msgspec.field(default_factory=list)
    # Setup tables that are refused; their `…/info` twins are not.
    refused_lookups: bool = False
    refused_security: bool = False  # system/mySecurity, of which nobody knows whether an API member may read it
    # Single records that lists omit, per type, and the response to a request for one by id.
    hidden: dict[str, list[int]] = msgspec.field(default_factory=dict)
    hidden_answer: Literal["missing", "forbidden", "shown"] = "missing"

    def __post_init__(self) -> None:
        self.public_key = self.public_key or f"{self.name}PublicKey"
        self.private_key = self.private_key or f"{self.name}PrivateKey"
        self.client_id = self.client_id or CLIENT_ID
        _must_be_record_types(self.sizes, self.refused, self.mine, self.unseen, self.hidden)


class Knobs(knobs.Knobs, frozen=True, forbid_unknown_fields=True):
    """The settings that can change while the sandbox serves."""

    quota: int = 1000  # requests per window, 0 for no limit (section 6)
    quota_window: float = 60.0
    retry_after: RetryAfter = "seconds"
    most_at_once: int = 12  # more requests under way than this get 429; 0 for no limit (section 6)
    webhook_timeout: float = 5.0
    # Log-in (section 2)
    wrong_company: Literal["cannot_route", "unauthorized", "not_found"] = "cannot_route"
    wrong_key: Literal["unauthorized", "user_not_authenticated", "empty", "html", "not_found"] = "unauthorized"
    client_id_error: Literal[403, 401, 400] = 403
    checks_client_id: bool = True
    checks_company_case: bool = True
    ssl_required: int = 0  # the status of "SSL is required." to every request; 0 for none
    info_needs_login: bool = True  # whether system/info does
    unknown_company: Literal["null", "not_found"] = "null"  # of login/companyinfo
    # Address (section 1)
    codebase: str = "v2025_1/"
    version: str = "v2025.1.10675"
    cloud_text: bool = True  # IsCloud as text, not as a boolean
    site_url: str | None = None  # SiteUrl, if it is not the sandbox's own host; empty for no such key
    # Lists (section 4)
    default_page_size: int = 25
    caps: dict[str, int] = msgspec.field(default_factory=dict)  # the largest pages, if not 1,000
    past_end: Literal["empty", "repeat_last"] = "empty"  # a page after the last one
    link: Literal["full", "next_only", "none", "foreign", "without_conditions"] = "full"
    forgets_conditions: bool = False  # from page 2 on
    no_forward_only: list[str] = msgspec.field(default_factory=list)  # types that ignore it: no Link, page 1 again
    longest_url: int = 10_000
    count: dict[str, Literal["exact", "wrong", "missing"]] = msgspec.field(default_factory=dict)
    # What a condition on lastUpdated does: it keeps up to 36 hours more, is ignored, keeps nothing if the time has
    # a Z or none, reads times in the tenant's zone, which is this many hours ahead of UTC, or keeps nothing at all.
    update_filter: dict[str, UpdateFilter] = msgspec.field(default_factory=dict)
    hours_ahead: float = -5.0
    # Names that conditions refuse as unrecognized although rows have them: {"contacts": ["inactiveFlag"]}.
    refused_conditions: dict[str, list[str]] = msgspec.field(default_factory=dict)
    unknown_fields: Literal["refused", "ignored"] = "refused"  # an unknown name in `fields`
    keeps_info: bool = False  # `fields` keeps _info without naming it
    default_order: Literal["id", "updated"] = "id"
    changes_between_pages: int = 0  # after each page so many of its type's records change …
    deletes_between_pages: int = 0  # … or are deleted for good
    doubled_deleted: bool = False  # companies in the recycle bin are listed twice
    # Rows (section 5)
    dirty_text: list[DirtyText] = msgspec.field(default_factory=list)  # in the names of every third record
    empty_references: bool = False  # a reference without a value is {} instead of missing
    without_company: list[str] = msgspec.field(default_factory=list)  # types of which every fifth record has none
    custom_values: Literal["typed", "any"] = "typed"
    old_sites: bool = False  # `inactive` and `state` as in old models
    # Callbacks (section 7)
    callback_pauses: list[float] = msgspec.field(default_factory=lambda: [2.0, 4.0])  # seconds before each retry
    bad_signature: bool = False
    key_url: str | None = None  # in callbacks, if it is not the sandbox's own
    doubled_callbacks: bool = False  # each is sent twice with the same MessageId
    reordered_callbacks: bool = False  # those of one change are sent last first

    def __post_init__(self) -> None:
        _must_be_record_types(
            self.caps, self.count, self.update_filter, self.refused_conditions, self.no_forward_only
        )

    def cap(self, kind: str) -> int:
        return self.caps.get(kind, 1000)


class Settings(msgspec.Struct):
    """Everything a sandbox needs to start. It listens on 127.0.0.1 only."""

    port: int = 0  # 0 takes a free one
    tenants: Sequence[TenantSettings] = msgspec.field(default_factory=lambda: [TenantSettings()])
    knobs: Knobs = msgspec.field(default_factory=Knobs)
    callbacks: Sequence[Callback] = ()  # of the first tenant
    certfile: str | None = None
    keyfile: str | None = None
