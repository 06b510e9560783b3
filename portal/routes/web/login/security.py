"""Sets up Flask-Security and CSRF protection for our users."""

from __future__ import annotations

from typing import Any

from flask import Flask, abort
from flask_security import PeeweeUserDatastore, RoleMixin, Security, TwoFactorRescueForm
from flask_wtf import CSRFProtect
from wtforms import RadioField

from portal.db import db
from portal.hashing import BoundedContext
from portal.models.accounts import User
from portal.routes.web.login import second_factor, session_cookie, sessions
from portal.routes.web.login.identity import Addresses, Passwords
from portal.routes.web.login.password_forms import ConfirmForm, LogInForm, NewPasswordForm

csrf = CSRFProtect()


class Role(RoleMixin):
    """A role as Flask-Security expects it. Ours is a column of the user."""

    permissions = None

    def __init__(self, name: str) -> None:
        self.name = name


class Person(second_factor.SecondFactor, User):
    """A user as Flask-Security expects it. Commands and workers do without it, and start faster."""

    class Meta:
        table_name = "user"

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # a column there, computed here
        return [Role(self.role)]


class RescueForm(TwoFactorRescueForm):
    """Offers only recovery codes to people without their authenticator: the portal sends no email."""

    help_setup = RadioField(choices=[])  # Flask-Security adds the options that the person has

    def validate(self, **options: Any) -> bool:
        if self.help_setup.data not in dict(self.help_setup.choices):
            abort(400)
        return bool(super().validate(**options))


def init_app(app: Flask) -> None:
    session_cookie.init_app(app)
    # No link table: we never let Flask-Security change roles.
    people = PeeweeUserDatastore(db, Person, Role, None)  # type: ignore[no-untyped-call]  # it ships half its types
    security = Security(
        app,
        people,
        mail_util_cls=Addresses,
        password_util_cls=Passwords,
        login_form=LogInForm,
        verify_form=ConfirmForm,
        change_password_form=NewPasswordForm,
        two_factor_rescue_form=RescueForm,
        **second_factor.CLASSES,
    )
    security.pwd_context = BoundedContext.like(security.pwd_context)
    security.want_json(lambda _request: False)
    # Authenticate by the session's cookie only, never by tokens in headers, addresses or bodies.
    security.login_manager.request_loader(lambda _request: None)
    sessions.init_app(app, security.login_manager, Person)
    second_factor.init_app(app)
    csrf.init_app(app)
