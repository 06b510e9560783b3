"""A problem as a detector finds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.models.issues import IssueKind, Severity

Key = tuple[str, str]
LONGEST_SUBJECT = 250


@dataclass(frozen=True)
class Finding:
    """A problem that exists now; `kind` and `subject` name its issue. `at` is when it occurred.

    A higher `occurrence` than that of the issue is a new occurrence, such as another failed sync. `details` is JSON.
    """

    kind: IssueKind
    severity: Severity
    at: datetime
    problem: str
    remedy: str = ""
    subject: str = ""
    occurrence: int = 0
    affected: int | None = None
    details: Mapping[str, Any] | None = None

    @property
    def key(self) -> Key:
        return self.kind.value, self.subject
