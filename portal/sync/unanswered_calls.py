"""Decides about one of many similar calls of a step that got no answer: try it again, give it up, or wait."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from portal.errors import PsaUnavailable
from portal.models.sync import SyncStep
from portal.psa.source import Source
from portal.sync.call_results import CallResults
from portal.sync.fetcher import PsaCall
from portal.sync.writer import Writer

# After this many calls in a row without an answer, the PSA itself may be down.
MAX_IN_A_ROW: Final = 2
# After this many, all such calls may get no answer, even if the PSA is up.
MAX_SINCE_ANSWER: Final = 10
UNANSWERED: Final = "unanswered"  # in SyncStep.answers


@dataclass
class UnansweredCalls:
    """Remembers in the step which calls got no answer. `question` names a call."""

    step: SyncStep
    writer: Writer
    source: Source
    results: CallResults
    _in_a_row: int = 0
    _since_answer: int = 0

    def note_answer(self) -> None:
        self._in_a_row = self._since_answer = 0

    def note_no_answer(self, question: str, error: PsaUnavailable) -> Generator[PsaCall, Any, bool]:
        """Return whether to give up on a call: the second time, if the PSA answers others. Raises the error if the
        PSA may be down, or none of these calls get an answer.
        """
        self._in_a_row += 1
        self._since_answer += 1
        if self._since_answer >= MAX_SINCE_ANSWER:
            raise error
        is_second_time = self.includes(question)
        if is_second_time or self._in_a_row >= MAX_IN_A_ROW:
            is_up: bool = yield partial(self.source.another_list_works, [self.step.record_type])
            if not is_up:
                raise error
            self._in_a_row = 0
        if not is_second_time:
            self.writer.save_answer(self.step, question, UNANSWERED, self.results.take_requests())
        return is_second_time

    def includes(self, question: str) -> bool:
        """Return whether this call got no answer before."""
        return question in (self.step.answers or {})
