"""Which pages of a round are read again: those read before the last one, and the last one if the list grew. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

MAX_TAIL_READS: Final = 5  # rereads of the last page, while the list or its count keeps growing


@dataclass
class Rereads:
    """`early` are the pages read before the last one, `running` those that are being read again.

    `tail_total` is the total when the last page was read. All fields can be written as JSON.
    """

    early: list[int] = field(default_factory=list)
    running: list[int] = field(default_factory=list)
    is_tail_read: bool = False
    tail_total: int | None = None
    tail_reads: int = 0

    def note_position(self, number: int, last: int | None, total: int | None, *, is_new: bool) -> None:
        """Record that the last page was read, or that this one was read before it. `is_new` is false for a reread."""
        if last is not None and number >= last:
            self.is_tail_read = True
            self.tail_total = total
        elif not self.is_tail_read and is_new and total is not None:
            self.early.append(number)

    def next_early_page(self) -> int | None:
        """Return the next page that was read before the last one, to read it again."""
        if not self.early:
            return None
        number = self.early.pop(0)
        self.running.append(number)
        return number

    def next_tail_read(self, last: int | None, total: int | None) -> int | None:
        """Return the last page, to read it again, if records were added since."""
        has_grown = total is not None and self.tail_total is not None and total > self.tail_total
        if last is None or not has_grown or self.tail_reads == MAX_TAIL_READS:
            return None
        self.tail_reads += 1
        self.running.append(last)
        return last

    def finish(self, number: int) -> None:
        """Record that a page was read, perhaps again."""
        self.running = [each for each in self.running if each != number]
