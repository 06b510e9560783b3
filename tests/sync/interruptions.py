"""What happens to a run in the middle of its work."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from portal.sync import logbook

OnPage = Callable[[int, Callable[[], Any]], None]


@pytest.fixture
def on_page(monkeypatch: pytest.MonkeyPatch) -> OnPage:
    """Have something happen at the end of the transaction of the so many-th page."""

    def plan(number: int, deed: Callable[[], Any]) -> None:
        numbers, note = count(1), logbook.note_page

        def noted(*details: Any) -> None:
            note(*details)
            if next(numbers) == number:
                deed()

        monkeypatch.setattr(logbook, "note_page", noted)

    return plan
