"""The one way to a sandbox, on which all verbs stand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any
from urllib.parse import urlencode


class Caller(ABC):
    @abstractmethod
    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One control request; `path` starts after /_sandbox. SandboxError when it is refused."""


def with_query(path: str, query: dict[str, str]) -> str:
    named = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(named)}" if named else path
