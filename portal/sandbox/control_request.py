"""A request to the control API, and what each PSA brings to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from portal.sandbox.changes import Change
from portal.sandbox.faults import Fault
from portal.sandbox.instance import Instance

PREFIX = "/_sandbox"
AnyInstance = TypeVar("AnyInstance", bound=Instance[Any])


class ControlError(Exception):
    """The control request is invalid; the message explains why."""


class Controlled(ABC, Generic[AnyInstance]):
    """How the control API handles one PSA. A tenant is one of the instance's."""

    fault: ClassVar[type[Fault]]
    fixed: ClassVar[frozenset[str]]  # settings of a tenant that cannot change

    @abstractmethod
    def verbs(self) -> Mapping[tuple[str, str], Callable[[ControlRequest[AnyInstance]], Any]]:
        """Return the functions that only this PSA's control API has, by method and noun."""

    @abstractmethod
    def about(self, instance: AnyInstance) -> dict[str, Any]:
        """Return what `about` adds to address, time and tenants."""

    @abstractmethod
    def credentials(self, tenant: Any) -> dict[str, str]:
        """Return what to enter in order to connect."""

    @abstractmethod
    def edit(self, instance: AnyInstance, tenant: Any, kind: str, change: Change) -> list[int]:
        """Apply a change, send its webhooks, return the ids. Raises KeyError and ValueError like `Editor.apply`."""

    @abstractmethod
    def detail(self, tenant: Any, kind: str, number: int) -> dict[str, Any] | None:
        """Return a single record as the PSA does; None if there is none."""

    def end_sessions(self, instance: AnyInstance) -> None:
        """End what has been granted to clients, if the PSA grants anything."""


@dataclass(frozen=True)
class ControlRequest(Generic[AnyInstance]):
    """One control request: the rest of its path after the noun, its query, and its JSON body."""

    psa: Controlled[AnyInstance]
    instance: AnyInstance
    rest: list[str]
    query: Mapping[str, str]
    body: Any

    def tenant(self) -> Any:
        return self.instance.tenant(self.query.get("tenant"))
