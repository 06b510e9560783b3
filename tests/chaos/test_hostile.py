"""A short slice of what the internet may send to the webhook address. The long one runs by `make hostile`."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.hostile import attacked


def test_nothing_that_is_sent_breaks_the_receiver_or_hides_a_good_delivery(tmp_path: Path) -> None:
    report = attacked(tmp_path, seed=3, records=600, count=400, good_deliveries=60)
    assert report.hostile.odd == []
    assert report.good.statuses == {200: 60}
    assert report.unread == 0
    assert (report.wrong.statuses, report.stored_wrong) == ({401: 400}, 0)
