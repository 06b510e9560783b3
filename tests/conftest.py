"""Accounts and users for all tests. Alice is admin and Sam support of Northwind IT; Mallory is admin elsewhere."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from itsdangerous import URLSafeTimedSerializer
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from passlib.hash import argon2

from portal import authorities, bootstrap, create_app, db, outbound_slots, vault
from portal.config import Config
from portal.models.accounts import Account, RoleName, User
from portal.routes.web import limits
from portal.routes.web.login.sessions import TOKEN
from portal.services.accounts import sessions
from portal.services.audit import audit_counts

pytest_plugins = ["tests.postgres"]

# How quick the machine is decides no test.
settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portal")

PASSWORD = "correct horse battery"
# The cheapest hash that is still argon2: tests check what we do with it, not its strength.
argon2.default_rounds, argon2.memory_cost, argon2.parallelism = 1, 8, 1
PASSWORD_HASH = argon2.hash(PASSWORD)
# No test's database has to survive a power cut. The processes that tests start keep the product's setting.
db.SQLITE_PRAGMAS["synchronous"] = "off"
# Whom this machine trusts decides no test, and each command and process would read its files first.
for name in authorities.INSTEAD_OF_PUBLIC:
    os.environ.pop(name, None)
# Where an image forbids compiled modules, each process that a test starts would compile the whole portal anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
CSRF_SEED = "0123456789abcdef0123456789abcdef01234567"


# Tests that start processes take longest: begun last, one of them would keep the others waiting for the end.
SLOW = ("journeys", "processes", "chaos")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.parent.name not in SLOW)


def pytest_collection_finish() -> None:
    """Collect garbage less often, and not among the thousands of tests: they stay to the end."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True)
def no_counts_from_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep what one test has counted out of the next one's database: tests flush counts themselves."""
    monkeypatch.setattr(audit_counts, "_keep_flushing", lambda: None)
    yield
    audit_counts.forget()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an SQLite file with all tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("template") / "portal.sqlite3"
    db.bind(f"sqlite:///{path}")
    with db.connected():
        db.upgrade()
    # Closed, the database is in one file.
    db.release()
    return path


@pytest.fixture
def config(tmp_path: Path, migrated_file: Path) -> Config:
    """Configure a portal with a fresh database and no queue."""
    path = tmp_path / "portal.sqlite3"
    shutil.copy(migrated_file, path)
    return Config(
        data_dir=tmp_path,
        database_url=f"sqlite:///{path}",
        redis_url=None,
        secret_key="a secret key for tests only",
        vault_keys=(bytes(range(32)),),
        testing=True,
    )


@pytest.fixture
def database(config: Config) -> Iterator[None]:
    """Open a connection to a fresh database, and bind a vault and outbound slots."""
    db.bind(config.database_url)
    vault.bind(config.vault_keys)
    outbound_slots.bind()
    with db.connected():
        yield


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Keep compiled templates from one test to the next: compiling them takes longer than most tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def apps() -> dict[Config, Flask]:
    """Share portals between tests: making one takes longer than most tests. A test that changes one makes its own."""
    return {}


@pytest.fixture
def app(config: Config, database: None, apps: dict[Config, Flask], compiled_templates: BytecodeCache) -> Flask:
    """Return a portal with these settings, on the connection that the test itself uses."""
    connected = db.db.obj
    settings = replace(config, data_dir=Path(), database_url="")
    if settings not in apps:
        apps[settings] = create_app(config)
        apps[settings].jinja_env.bytecode_cache = compiled_templates
    app = apps[settings]
    bootstrap.bind(config)
    app.config["PORTAL"] = config
    limits.limiter.init_app(app)  # counts anew
    db.db.initialize(connected)
    return app


@pytest.fixture
def northwind(database: None) -> Account:
    account: Account = Account.create(name="Northwind IT", enabled_psas=["halo"])
    return account


@pytest.fixture
def alice(northwind: Account) -> User:
    return _person(northwind, "Alice", RoleName.ADMIN)


@pytest.fixture
def sam(northwind: Account) -> User:
    return _person(northwind, "Sam", RoleName.SUPPORT)


@pytest.fixture
def mallory(database: None) -> User:
    return _person(Account.create(name="Other MSP", enabled_psas=["halo"]), "Mallory", RoleName.ADMIN)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser in which nobody is logged in."""
    return browser(app)


@pytest.fixture
def as_alice(app: Flask, alice: User) -> FlaskClient:
    return browser(app, alice)


@pytest.fixture
def as_sam(app: Flask, sam: User) -> FlaskClient:
    return browser(app, sam)


@pytest.fixture
def as_mallory(app: Flask, mallory: User) -> FlaskClient:
    return browser(app, mallory)


def browser(app: Flask, user: User | None = None) -> FlaskClient:
    """Return a client that sends its session's CSRF token, as our pages do, and in which `user` is logged in."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["csrf_token"] = CSRF_SEED
        if user is not None:
            token, _ = sessions.start(user, address="127.0.0.1", user_agent="", remembered=False)
            session.update({"_user_id": user.fs_uniquifier, "_fresh": True, "fs_paa": time.time(), TOKEN: token})
    token = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(CSRF_SEED)
    client.environ_base["HTTP_X_CSRFTOKEN"] = str(token)
    return client


def _person(account: Account, name: str, role: RoleName) -> User:
    user: User = User.create(
        account=account,
        email=f"{name.lower()}@{account.name.split()[0].lower()}.example",
        name=name,
        role=role,
        password=PASSWORD_HASH,
        fs_uniquifier=f"uniquifier of {name}",
    )
    return user
