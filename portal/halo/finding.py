"""What a connection test has found, for a page or a command to show."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from portal.halo.probe import Look
from portal.halo.profile import Agent


@dataclass(frozen=True)
class Fix:
    """Values for form fields that mend it: a button named `label` applies them and tests again."""

    label: str
    changes: Mapping[str, str]


@dataclass(frozen=True)
class Advice:
    """What should be better, but stops nothing."""

    problem: str
    remedy: str


@dataclass(frozen=True)
class Finding:
    """`field` is the form field to mend, None when none of them is to blame. `looks` has what each list showed."""

    ok: bool
    agent: Agent | None = None
    field: str | None = None
    problem: str = ""
    remedy: str = ""
    fix: Fix | None = None
    advice: tuple[Advice, ...] = ()
    looks: Mapping[str, Look] = dataclasses.field(default_factory=dict)
