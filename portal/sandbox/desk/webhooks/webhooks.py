"""The webhooks of one tenant of a simulated PSA, as the desk reads and operates them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from portal.sandbox.desk.parts import Delivery, Registered


class Webhooks(ABC):
    """Methods raise KeyError for a webhook or delivery that is gone or switched off."""

    @abstractmethod
    def registered(self) -> Sequence[Registered]: ...

    @abstractmethod
    def summary(self, webhook: Any) -> str:
        """Describe a webhook's settings in a line."""

    @abstractmethod
    def add(self, webhook: Any) -> None: ...

    @abstractmethod
    def change(self, webhook_id: str, changes: dict[str, Any]) -> None: ...

    @abstractmethod
    def remove(self, webhook_id: str) -> None: ...

    @abstractmethod
    def send(
        self,
        receivers: Sequence[tuple[Registered, Any]],
        kind: str,
        numbers: Sequence[int],
        happened: str,
        options: Mapping[str, str],
    ) -> str:
        """Send events to each receiver, shaped by the settings beside it. Return the event in the PSA's words."""

    @abstractmethod
    def post(self, webhook_id: str, body: bytes, content_type: str) -> None:
        """Send any body."""

    @abstractmethod
    def repeat(self, number: int) -> Delivery:
        """Send a delivery again, and return it."""

    @abstractmethod
    def deliveries(self, limit: int) -> Sequence[Delivery]:
        """Return the latest deliveries, newest first."""

    @abstractmethod
    def last(self, webhook_id: str) -> Delivery | None: ...

    @abstractmethod
    def flush(self, timeout: float) -> bool:
        """Wait until everything is sent; return False on timeout."""
