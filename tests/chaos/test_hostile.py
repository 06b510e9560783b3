"""A short form of `make hostile`: what the internet may send to the webhook address."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.hostile import run_attack


def test_no_request_breaks_the_receiver_or_hides_a_good_delivery(tmp_path: Path) -> None:
    report = run_attack(tmp_path, seed=3, records=600, count=400, good_deliveries=60)
    assert report.hostile.unexpected == []
    assert report.good.statuses == {200: 60}
    assert report.unread == 0
    assert report.is_well
    assert (report.wrong.statuses, report.stored_wrong) == ({401: 400}, 0)
