from __future__ import annotations

import pytest

from portal.sandbox.halo import HaloSandbox
from tests.sandbox.visitor import Visitor


@pytest.fixture(autouse=True)
def small_quota(sandbox: HaloSandbox) -> None:
    sandbox.turn(quota=2)


def test_the_request_above_the_quota_is_refused(visitor: Visitor) -> None:
    answers = [visitor.get("Client") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json() == {"error": "Rate Limit Reached - 2 Requests per rolling 5 minute window."}


def test_the_window_rolls(sandbox: HaloSandbox, visitor: Visitor) -> None:
    visitor.get("Client")
    sandbox.advance(200)
    visitor.get("Client")
    sandbox.advance(101)
    assert [visitor.get("Client").status_code for _ in range(2)] == [200, 429]


def test_refused_requests_do_not_count(sandbox: HaloSandbox, visitor: Visitor) -> None:
    for _ in range(5):
        visitor.get("Client")
    assert sandbox.about()["tenants"][0]["quota_used"] == 2


def test_tokens_and_open_pages_do_not_count(sandbox: HaloSandbox, visitor: Visitor) -> None:
    visitor.log_in()
    visitor.get("authinfo")
    assert sandbox.about()["tenants"][0]["quota_used"] == 0


@pytest.mark.parametrize(("form", "pattern"), [("seconds", "300"), ("date", "GMT")])
def test_it_may_say_how_long_to_wait(sandbox: HaloSandbox, visitor: Visitor, form: str, pattern: str) -> None:
    sandbox.turn(quota=1, retry_after=form)
    visitor.get("Client")
    assert visitor.get("Client").headers["Retry-After"].endswith(pattern)


def test_by_default_it_does_not(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.turn(quota=1)
    visitor.get("Client")
    assert "Retry-After" not in visitor.get("Client").headers


def test_the_quota_can_be_reset_or_taken_away(sandbox: HaloSandbox, visitor: Visitor) -> None:
    assert [visitor.get("Client").status_code for _ in range(3)][-1] == 429
    sandbox.reset()
    assert visitor.get("Client").status_code == 200
    sandbox.turn(quota=0)
    assert [visitor.get("Client").status_code for _ in range(4)] == [200] * 4
