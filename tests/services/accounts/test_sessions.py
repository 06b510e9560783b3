"""Sessions as rows, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal import clock
from portal.errors import NotFound
from portal.models.accounts import User
from portal.models.sessions import LoginSession
from portal.services.accounts import sessions
from tests.postgres import database

__all__ = ["database"]

ODD = "\0" * 300 + "x" * 300


def start(user: User, *, remembered: bool = False) -> tuple[str, LoginSession]:
    return sessions.start(user, address="192.0.2.1", user_agent="curl/8", remembered=remembered)


def test_a_token_finds_its_person_and_their_account(alice: User) -> None:
    token, row = start(alice)
    found = sessions.find(token, alice.fs_uniquifier)
    assert found is not None
    assert found == row
    assert (found.user, found.user.account.name) == (alice, "Northwind IT")
    assert not found.user.is_dirty()


def test_neither_a_digest_nor_another_persons_id_finds_it(alice: User, sam: User) -> None:
    token, row = start(alice)
    assert sessions.find(row.digest, alice.fs_uniquifier) is None
    assert sessions.find(token, sam.fs_uniquifier) is None
    assert sessions.find(token, "") is None


def test_a_person_who_is_disabled_is_not_found(alice: User) -> None:
    token, _ = start(alice)
    User.update(active=False).execute()
    assert sessions.find(token, alice.fs_uniquifier) is None


@pytest.mark.parametrize(
    ("age", "remembered", "is_live"),
    [
        (timedelta(hours=12) - timedelta(seconds=1), False, True),
        (timedelta(hours=12), False, False),
        (timedelta(days=7) - timedelta(seconds=1), True, True),
        (timedelta(days=7), True, False),
    ],
)
def test_a_session_expires(alice: User, age: timedelta, *, remembered: bool, is_live: bool) -> None:
    token, row = start(alice, remembered=remembered)
    moment = row.created_at + age
    with clock.using(lambda: moment):
        assert (sessions.find(token, alice.fs_uniquifier) is not None) == is_live
        assert bool(sessions.of(alice)) == is_live


def test_what_was_used_last_comes_first(alice: User, sam: User) -> None:
    (_, first), (_, second) = start(alice), start(alice)
    start(sam)
    moment = clock.now() + timedelta(minutes=5)
    with clock.using(lambda: moment):
        sessions.touch(first, "192.0.2.2")
        listed = sessions.of(alice)
    assert listed == [first, second]
    assert (listed[0].last_seen_at, listed[0].address) == (moment, "192.0.2.2")


def test_odd_headers_are_stored_short(alice: User) -> None:
    _, row = sessions.start(alice, address=ODD, user_agent=ODD, remembered=False)
    stored = LoginSession.get_by_id(row.id)
    assert stored.address == stored.user_agent == "x" * sessions.LONGEST_TEXT


def test_ending_one_is_for_its_owner_alone(alice: User, sam: User) -> None:
    _, row = start(alice)
    with pytest.raises(NotFound):
        sessions.end(sam, row.id)
    sessions.end(alice, row.id)
    with pytest.raises(NotFound):
        sessions.end(alice, row.id)


def test_a_removed_person_takes_their_sessions_along(alice: User) -> None:
    start(alice)
    alice.delete_instance()
    assert LoginSession.select().count() == 0
