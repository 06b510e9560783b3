"""A control request, and its refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.tenant import Tenant

PREFIX = "/_sandbox"


class ControlError(Exception):
    """The control request makes no sense; the message says why."""


@dataclass(frozen=True)
class Ask:
    """One control request: what follows the noun in its path, its query, its JSON."""

    instance: Instance
    rest: list[str]
    query: Mapping[str, str]
    body: Any

    def tenant(self) -> Tenant:
        return self.instance.tenant(self.query.get("tenant"))
