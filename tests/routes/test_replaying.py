"""Replaying deliveries, in the pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, RefetchRequest
from tests.routes.test_deliveries import LIST, settled
from tests.telling import about, tell


def test_support_reads_and_finds_no_button(as_sam: FlaskClient, halo: Integration) -> None:
    tell(halo, about("assets", 7))
    settled("rejected", state="stuck")
    for address in (LIST, f"{LIST}/1", f"{LIST}/replay?failed=1"):
        page = as_sam.get(address)
        assert page.status_code == 200
        assert 'type="submit">Replay' not in page.text
        assert "Replay all" not in page.text
        assert 'id="replay"' not in page.text


@pytest.mark.parametrize("path", ["/1/replay", "/replay"])
def test_without_the_token_of_our_pages_nothing_is_replayed(
    as_alice: FlaskClient, halo: Integration, path: str
) -> None:
    tell(halo, about("assets", 7))
    settled(state="stuck")
    del as_alice.environ_base["HTTP_X_CSRFTOKEN"]
    assert as_alice.post(f"{LIST}{path}", data={"failed": "1"}).status_code == 400
    assert RefetchRequest.get().state == "stuck"


@pytest.mark.parametrize(
    "form",
    [{}, {"failed": ""}, {"since": "yesterday"}, {"failed": "1", "since": "x"}, {"until": "0001-01-01T00:00"}],
)
def test_many_are_not_replayed_for_a_wish_that_says_nothing(
    as_alice: FlaskClient, halo: Integration, form: dict[str, str]
) -> None:
    tell(halo, about("assets", 7))
    settled(state="stuck")
    assert as_alice.post(f"{LIST}/replay", data=form).status_code == 422
    assert as_alice.get(f"{LIST}/replay", query_string=form).status_code == 422
    assert RefetchRequest.get().state == "stuck"


def test_replaying_one_lets_it_wait_again(as_alice: FlaskClient, halo: Integration) -> None:
    tell(halo, about("assets", 7))
    settled(state="stuck", attempts=6)
    answer = as_alice.post(f"{LIST}/1/replay")
    assert (answer.status_code, answer.location) == (303, f"{LIST}/1")
    assert (RefetchRequest.get().state, RefetchRequest.get().attempts, Delivery.get().state) == (
        "waiting",
        0,
        "waiting",
    )
    assert "Replaying this delivery." in as_alice.get(answer.location).text
    assert "replayed webhook deliveries: delivery 1" in re.sub(
        r"<[^>]+>|\s+", " ", as_alice.get("/activity").text
    ).replace("  ", " ")


def test_what_names_nothing_that_is_synced_cannot_be_replayed(as_alice: FlaskClient, halo: Integration) -> None:
    tell(halo, {"event": "weather"}, b"nonsense")
    for number in (1, 2):
        page = as_alice.post(f"{LIST}/{number}/replay", follow_redirects=True).text
        assert "Nothing to replay" in page


def test_all_that_failed_is_replayed_after_a_question(as_alice: FlaskClient, halo: Integration) -> None:
    tell(halo, about("assets", 7), about("assets", 8))
    settled(state="stuck")
    tell(halo, about("assets", 9))
    page = as_alice.get(LIST).text
    assert '<dialog id="replay-failed"' in page
    assert f'href="{LIST}/replay?failed=1"' in page
    question = as_alice.get(f"{LIST}/replay?failed=1").text
    assert "Replay 2 failed deliveries?" in question
    assert RefetchRequest.select().where(RefetchRequest.state == "stuck").count() == 2
    after = as_alice.post(f"{LIST}/replay", data={"failed": "1"}, follow_redirects=True)
    assert after.request.path == LIST
    assert "Replaying 2 deliveries." in after.text
    assert "Replay all failed" not in after.text


def test_the_deliveries_of_a_time_are_replayed(as_alice: FlaskClient, halo: Integration) -> None:
    tell(halo, about("assets", 7), about("assets", 8))
    settled()
    Delivery.update(received_at=clock.now() - timedelta(days=2)).where(Delivery.id == 1).execute()
    since = f"{clock.now() - timedelta(days=1):%Y-%m-%dT%H:%M}"
    page = as_alice.get(LIST, query_string={"since": since}).text
    assert "Replay this period" in page
    hidden = re.search(r'name="since" value="([^"]+:00)"', page.partition("<dialog")[2])
    assert hidden
    as_alice.post(f"{LIST}/replay", data={"since": hidden[1]})
    assert [delivery.state for delivery in Delivery.select().order_by(Delivery.id)] == ["done", "waiting"]
