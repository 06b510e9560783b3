"""Makes Flask-Security normalize email addresses and check passwords as the portal's commands do."""

from __future__ import annotations

from typing import Any

from flask_security import MailUtil, PasswordUtil
from flask_security.mail_util import EmailValidateException

from portal import email_addresses
from portal.errors import Invalid
from portal.services.accounts import passwords


class Addresses(MailUtil):
    """Normalizes every spelling of an email address."""

    def normalize(self, email: str) -> str:
        try:
            return email_addresses.normal_form(email)
        except ValueError as error:
            raise EmailValidateException("This isn't a valid email address.") from error

    def validate(self, email: str) -> str:
        return self.normalize(email)


class Passwords(PasswordUtil):
    """The same rules as `portal user`, with the message at the field."""

    def normalize(self, password: str) -> str:
        return passwords.normal_form(password)

    def validate(self, password: str, is_register: bool, **about: Any) -> tuple[list[str] | None, str]:  # noqa: ARG002, FBT001  # Flask-Security's signature
        user = about["user"]
        try:
            return None, passwords.checked(password, (user.email, user.name, user.account.name))
        except Invalid as error:
            return [f"{error.problem} {error.remedy}".strip()], password
