"""A request to the control API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.tenant import Tenant

PREFIX = "/_sandbox"


class ControlError(Exception):
    """The control request is invalid; the message explains why."""


@dataclass(frozen=True)
class ControlRequest:
    """One control request: the rest of its path after the noun, its query, and its JSON body."""

    instance: Instance
    rest: list[str]
    query: Mapping[str, str]
    body: Any

    def tenant(self) -> Tenant:
        return self.instance.tenant(self.query.get("tenant"))
