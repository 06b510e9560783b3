"""Log-in, two-factor and CSRF: Flask-Security on our users, whose one role is a column."""

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
    """What Flask-Security wants to see of a role; ours is one column of the user."""

    permissions = None

    def __init__(self, name: str) -> None:
        self.name = name


class Person(second_factor.Proof, User):
    """A user as Flask-Security wants to see one. Commands and workers know users without it, and start quicker."""

    class Meta:
        table_name = "user"

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # theirs is a column, ours is worked out
        return [Role(self.role)]


class RescueForm(TwoFactorRescueForm):
    """Ways in without the authenticator: recovery codes alone, because the portal sends no mail to ask for help."""

    help_setup = RadioField(choices=[])  # Flask-Security adds what the person has

    def validate(self, **options: Any) -> bool:
        if self.help_setup.data not in dict(self.help_setup.choices):
            abort(400)
        return bool(super().validate(**options))


def init_app(app: Flask) -> None:
    session_cookie.init_app(app)
    # No link table: nothing of ours asks Flask-Security to give or take roles.
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
    # The session's cookie is the only way in: no tokens in headers, addresses or bodies.
    security.login_manager.request_loader(lambda _request: None)
    sessions.init_app(app, security.login_manager, Person)
    second_factor.init_app(app)
    csrf.init_app(app)
