"""A worker that takes over a round goes on where it stood, whatever the list reports."""

from __future__ import annotations

import json
from collections.abc import Collection

from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.models.sync import CountKind
from portal.sync.past_readings import PageIds, PastReading
from portal.sync.reading import Reading
from portal.sync.seen_rows import id_of
from tests.sync.paged_lists import DishonestHalo, Halo, read


def read_with_takeovers(halo: Halo, past: PastReading, lost: Collection[int]) -> Reading:
    """Read a list. A worker dies during each of the `lost` requests; the next one continues from the checkpoint."""
    reading, saved, checkpoint = Reading(past), dict[int, list[int]](), None
    while (number := reading.next_page()) is not None:
        sent = halo.page(number)
        if len(halo.requested) in lost:
            pages = [PageIds(*each) for each in saved.items()]
            reading = Reading.resumed(pages, checkpoint, past=past)
            continue
        ids = [id_of(row) for row in reading.take(sent)]
        if reading.is_done(number):
            saved[number] = saved.pop(reading.twin or number, []) + ids
        checkpoint = json.loads(json.dumps(reading.checkpoint()))
    return reading


@settings(max_examples=600)
@given(
    count=st.integers(0, 40),
    size=st.integers(1, 7),
    reported_size=st.sampled_from(["asked", "granted", "nothing"]),
    reported_count=st.sampled_from(["total", "page", "nothing"]),
    past_end=st.sampled_from(["empty", "repeat", "repeat_last"]),
    past=st.builds(
        PastReading,
        st.none() | st.integers(1, 12),
        st.none() | st.integers(1, 7),
        st.none() | st.integers(1, 50),
        st.sampled_from(CountKind),
    ),
    lost=st.sets(st.integers(1, 20), max_size=3),
)
@example(13, 3, "granted", "total", "empty", PastReading(3, 4, 12), {2})  # the last page is not the supposed one
@example(13, 3, "granted", "total", "empty", PastReading(9, 3, 27), {2})  # the supposed last page is past the end
def test_a_takeover_costs_one_request(
    count: int, size: int, reported_size: str, reported_count: str, past_end: str, past: PastReading, lost: set[int]
) -> None:
    def halo() -> DishonestHalo:
        return DishonestHalo(list(range(1, count + 1)), size, [], 1000, reported_size, reported_count, past_end)

    calm, stormy = halo(), halo()
    without, reading = read(calm, Reading(past)), read_with_takeovers(stormy, past, lost)
    assert len(stormy.requested) <= len(calm.requested) + len(lost)
    assert (reading.seen.ids, reading.is_sound, reading.last) == (without.seen.ids, without.is_sound, without.last)
