"""Lists in pages, honest or not, without a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portal.halo.pages import Row, row
from portal.psa.pages import Page
from portal.sync.reading import Reading
from portal.sync.seen_rows import NO_ID

MAX_REQUESTS = 200


@dataclass
class Halo:
    """A list of ids in pages of `size`. `requested` holds the numbers of the requested pages."""

    ids: list[int]
    size: int = 3
    requested: list[int] = field(default_factory=list)

    def page(self, number: int, **said: Any) -> Page[Row]:
        self.requested.append(number)
        assert len(self.requested) < MAX_REQUESTS, "read on and on"
        ids = self.ids[(number - 1) * self.size : number * self.size]
        return page(number, ids, **{"size": self.size, "total": len(self.ids), **said})


def page(number: int, ids: list[Any], *, size: int | None, total: int | None) -> Page[Row]:
    rows = [row("sites", b'{"id":%d}' % each if each != NO_ID else b'{"id":0,"n":%d}' % number) for each in ids]
    return Page(number, rows, size, total, "/api/Site", 200, 0.0, 0)


def read(halo: Halo, reading: Reading | None = None) -> Reading:
    reading = reading or Reading()
    while (number := reading.next_page()) is not None:
        reading.take(halo.page(number))
    return reading


@dataclass
class DishonestHalo(Halo):
    """A list with pages of `cap` rows, whatever size is requested.

    `reported_size` and `reported_count` are what its pages report; `past_end` is what follows the last page.
    """

    asked_size: int = 1000
    reported_size: str = "asked"
    reported_count: str = "nothing"
    past_end: str = "empty"

    def page(self, number: int, **_: Any) -> Page[Row]:
        last = max(1, -(-len(self.ids) // self.size))
        sent = {"empty": number, "repeat": 1, "repeat_last": last}[self.past_end] if number > last else number
        ids = self.ids[(sent - 1) * self.size : sent * self.size]
        sizes = {"asked": self.asked_size, "granted": self.size, "nothing": None, "what came": len(ids)}
        total = {"total": len(self.ids), "page": len(ids), "nothing": None}[self.reported_count]
        self.requested.append(number)
        assert len(self.requested) < MAX_REQUESTS, "read on and on"
        return page(number, ids, size=sizes[self.reported_size], total=total)
