"""The transport for control requests, which all verbs use."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any
from urllib.parse import urlencode


class Caller(ABC):
    @abstractmethod
    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send a control request; `path` starts after /_sandbox. Raises SandboxError if it is refused."""


def with_query(path: str, query: dict[str, str]) -> str:
    named = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(named)}" if named else path
