"""On both engines, what may happen once happens once, however many ask at the same moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal import db
from portal.models.accounts import User
from portal.models.second_factor import RecoveryCode
from portal.services.accounts import recovery_codes, two_factor
from tests.postgres import database
from tests.routes.phone import AT_ONCE, Phone, at_once, protected

__all__ = ["database"]


def actions(action: Callable[[User], object], user: User) -> list[Callable[[], int]]:
    """Return the same action for several threads, each with a connection of its own."""

    def do() -> int:
        with db.connected():
            return bool(action(User.get_by_id(user.id)))

    return [do] * AT_ONCE


def test_one_code_of_an_app_passes_once(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_factor, "GUESSES", {})
    code = protected(alice).code()
    assert sum(at_once(actions(lambda user: two_factor.passes(user, code), alice))) == 1


def test_one_recovery_code_is_used_once(alice: User) -> None:
    protected(alice)
    (code, *_) = recovery_codes.make(alice)
    assert sum(at_once(actions(lambda user: recovery_codes.use(user, code), alice))) == 1
    assert recovery_codes.codes_left(alice).left == 9


def test_new_recovery_codes_are_one_set(alice: User) -> None:
    protected(alice)
    assert sum(at_once(actions(recovery_codes.make, alice))) == AT_ONCE
    assert RecoveryCode.select().count() == recovery_codes.HOW_MANY


def test_an_app_is_set_up_once(alice: User) -> None:
    setup = two_factor.begin(alice)
    code = Phone(setup.key_for(alice).reveal()).code()

    def finish(user: User) -> bool:
        try:
            return bool(two_factor.finish(user, setup, code))
        except two_factor.SetupOver:
            return False

    assert sum(at_once(actions(finish, alice))) == 1
    assert RecoveryCode.select().count() == recovery_codes.HOW_MANY
