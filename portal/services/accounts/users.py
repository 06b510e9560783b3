"""People in accounts. Passwords are hashed here exactly as Flask-Security verifies them."""

from __future__ import annotations

import uuid

from passlib.hash import argon2
from peewee import IntegrityError

from portal import email_addresses
from portal.db import db
from portal.errors import Conflict, Invalid, NotFound
from portal.models.accounts import Account, RoleName, User
from portal.models.second_factor import Authenticator, RecoveryCode
from portal.services.accounts import devices, passwords, sessions
from portal.services.audit import audit_log
from portal.vault import Secret


def create(account: Account, email: str, password: Secret, role: RoleName, *, name: str = "") -> User:
    """Raise Invalid for a bad email address or a weak password, Conflict for an address that is taken."""
    address = _normalized(email)
    hashed = _hash(password, (address, name, account.name))
    try:
        with db.atomic():
            user: User = User.create(
                account=account,
                email=address,
                name=name.strip(),
                role=role,
                password=hashed,
                fs_uniquifier=uuid.uuid4().hex,
            )
            audit_log.record(account, None, "user.created", f"{address} as {role}")
    except IntegrityError as error:
        raise Conflict(
            f"A user with the email {address} already exists.", "An email can belong to only one account."
        ) from error
    return user


def get(email: str) -> User:
    user: User | None = User.get_or_none(User.email == _normalized(email))
    if user is None:
        raise NotFound(f"There is no user with the email {email}.", "`portal user list` shows them all.")
    return user


def everyone(account: Account | None = None) -> list[User]:
    """Return the people of one account, or of all, without guests."""
    people = (
        User.select(User, Account).join(Account).where(User.guest_until.is_null()).order_by(Account.name, User.email)
    )
    return list(people if account is None else people.where(User.account == account))


def set_role(user: User, role: RoleName) -> None:
    with db.atomic():
        changed = {f"Role of {user.email}": (str(user.role), str(role))} if user.role != role else None
        user.role = role
        user.save(only=[User.role])
        audit_log.record(user.account, None, "user.role", f"{user.email} is now {role}", changed)


def set_password(user: User, password: Secret) -> None:
    """Change the password and end every session opened with the old one. Raises Invalid for a weak one."""
    hashed = _hash(password, (user.email, user.name, user.account.name))
    with db.atomic():
        user.password = hashed
        _end_sessions(user)
        devices.forget(user)
        user.save(only=[User.password, User.fs_uniquifier])
        audit_log.record(user.account, None, "user.password", user.email)


def disable(user: User) -> None:
    """Block the person from logging in, and end every session at once."""
    with db.atomic():
        user.active = False
        _end_sessions(user)
        devices.forget(user)
        user.save(only=[User.active, User.fs_uniquifier])
        audit_log.record(user.account, None, "user.disabled", user.email)


def enable(user: User) -> None:
    """Let a disabled person log in again. Ended sessions stay ended."""
    with db.atomic():
        user.active = True
        user.save(only=[User.active])
        audit_log.record(user.account, None, "user.enabled", user.email)


def remove(user: User) -> None:
    """Delete the person for good. Their actions stay in the audit log, under their address."""
    with db.atomic():
        audit_log.record(user.account, None, "user.removed", user.email)
        user.delete_instance()


def reset_two_factor(user: User) -> None:
    """Delete the authenticator and the recovery codes of a person who has lost them, and end every session."""
    with db.atomic():
        forget_second_factor(user)
        _end_sessions(user)
        user.save(only=[User.fs_uniquifier])
        audit_log.record(user.account, None, "user.two_factor_reset", user.email)


def log_out(user: User) -> int:
    """End every session of a person; returns how many there were."""
    with db.atomic():
        ended = _end_sessions(user)
        user.save(only=[User.fs_uniquifier])
        audit_log.record(user.account, None, "user.logged_out", user.email)
    return ended


def _end_sessions(user: User) -> int:
    user.fs_uniquifier = uuid.uuid4().hex  # so that a log-in that is waiting for its code also ends
    return sessions.end_all(user)


def forget_second_factor(user: User) -> None:
    """Delete the authenticator and the recovery codes. Call it inside a transaction."""
    for table in (Authenticator, RecoveryCode):
        table.delete().where(table.user == user).execute()


def with_two_factor() -> set[int]:
    """Return the ids of the people with two-factor authentication."""
    return {one.user_id for one in Authenticator.select(Authenticator.user)}


def _normalized(email: str) -> str:
    try:
        return email_addresses.normal_form(email)
    except ValueError as error:
        raise Invalid("email", f"{email} isn't a valid email address.") from error


def _hash(password: Secret, about: tuple[str, ...]) -> str:
    return str(argon2.hash(passwords.checked(password.reveal(), about)))
