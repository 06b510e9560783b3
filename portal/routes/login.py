"""Log-in, two-factor and CSRF: Flask-Security on our users, whose one role is a column."""

from __future__ import annotations

from flask import Flask
from flask_security import PeeweeUserDatastore, Security
from flask_wtf import CSRFProtect

from portal.db import db
from portal.models.accounts import Role, User

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    # No link table: nothing of ours asks Flask-Security to give or take roles.
    people = PeeweeUserDatastore(db, User, Role, None)  # type: ignore[no-untyped-call]  # it ships half its types
    security = Security(app, people)
    security.want_json(lambda _request: False)
    # The session's cookie is the only way in: no tokens in headers, addresses or bodies.
    security.login_manager.request_loader(lambda _request: None)
    csrf.init_app(app)
