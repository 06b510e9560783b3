"""What the desk knows of a simulated PSA: its names, its tables, and a sentence for each of its options."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.sandbox.desk.records.tables import Table
from portal.sandbox.desk.switches.words import Group, SettingText
from portal.sandbox.faults import Fault
from portal.sandbox.webhooks.webhook import Webhook


@dataclass(frozen=True)
class Preset:
    """A named set of knobs, faults and permissions. `special` has knobs that depend on the records, by their type."""

    id: str
    name: str
    sentence: str
    knobs: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    permissions: Mapping[str, Any] = field(default_factory=dict)
    special: Callable[[Mapping[str, Sequence[int]]], Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Permissions:
    """`fixed` cannot change once the records exist; `credentials` survive a preset, as a portal may use them."""

    group: Group
    words: Mapping[str, SettingText]
    fixed: frozenset[str]
    credentials: frozenset[str]


@dataclass(frozen=True)
class Faults:
    """`fault` knows its kinds and places."""

    groups: Sequence[Group]
    words: Mapping[str, SettingText]
    fields: Mapping[str, SettingText]
    fault: type[Fault]
    example_path: str


@dataclass(frozen=True)
class SendOption:
    """A text that an event can be sent with; blank means the usual one."""

    name: str
    label: str
    example: str
    sentence: str


@dataclass(frozen=True)
class WebhookWords:
    """`title` is what the PSA calls webhooks. `main` are the settings that a new one needs, `shapes` those of a body.

    `new` has the settings that a form for a new one begins with; `options` are texts that an event can be sent with.
    `each_of` is a setting of which people need a webhook for each choice.
    """

    title: str
    one: str
    sentence: str
    words: Mapping[str, SettingText]
    new: Webhook
    main: Sequence[str]
    shapes: Collection[str]
    happened: Sequence[str]
    options: Sequence[SendOption]
    example_url: str
    example_body: str
    each_of: str = ""


@dataclass(frozen=True)
class Burst:
    """A button that does something to many records, chosen at random."""

    verb: str
    count: int
    kind: str


@dataclass(frozen=True)
class Description:
    """`name` is the PSA's name in sentences, `product` its full name. `tenant` is its word for a tenant.

    `own` are the PSA's own records, with names.
    """

    name: str
    product: str
    tenant: str
    tables: Mapping[str, Table]
    bursts: Sequence[Burst]
    mergeable: Collection[str]
    own: Mapping[str, Mapping[int, str]]
    switch_groups: Sequence[Group]
    switches: Mapping[str, SettingText]
    permissions: Permissions
    faults: Faults
    webhooks: WebhookWords
    presets: Sequence[Preset]

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(self.tables)

    @property
    def titles(self) -> dict[str, str]:
        """The record types, in the PSA's words."""
        return {kind: table.many for kind, table in self.tables.items()}
