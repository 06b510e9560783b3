"""Settings from the environment; an invalid value stops the start with a message that names it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from portal.config import Config, redis_url_file
from portal.errors import ConfigError

KEY = base64.urlsafe_b64encode(bytes(32)).decode()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Set what is needed, and nothing else."""
    return {"PORTAL_DATA_DIR": str(tmp_path), "PORTAL_SECRET_KEY": "sixteen letters!", "PORTAL_VAULT_KEY": KEY}


def test_sqlite_in_the_data_directory_is_the_default(environ: dict[str, str], tmp_path: Path) -> None:
    config = Config.from_env(environ)
    assert config.database_url == f"sqlite:///{tmp_path}/portal.sqlite3"
    assert config.redis_url is None
    assert config.outbound_allow == frozenset()


def test_commands_find_the_embedded_valkey_in_the_data_directory(environ: dict[str, str], tmp_path: Path) -> None:
    redis_url_file(tmp_path).write_text("unix:///there/valkey.sock\n")
    assert Config.from_env(environ).redis_url == "unix:///there/valkey.sock"


def test_a_configured_redis_takes_precedence_over_the_embedded_one(environ: dict[str, str], tmp_path: Path) -> None:
    redis_url_file(tmp_path).write_text("unix:///there/valkey.sock\n")
    environ["PORTAL_REDIS_URL"] = "redis://queue.example"
    assert Config.from_env(environ).redis_url == "redis://queue.example"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("mailto:help@msp.example", "mailto:help@msp.example"),
        ("MAILTO:Help@MSP.example", "mailto:help@msp.example"),
        (" help@msp.example ", "mailto:help@msp.example"),
        ("mailto:o'neil+it@msp.example", "mailto:o%27neil%2Bit@msp.example"),
        ("https://help.msp.example/new?from=portal", "https://help.msp.example/new?from=portal"),
    ],
)
def test_support_is_an_email_address_or_a_page(environ: dict[str, str], text: str, url: str) -> None:
    support = Config.from_env(environ | {"PORTAL_SUPPORT_ADDRESS": text}).support_address
    assert support is not None
    assert support.url == url


@pytest.mark.parametrize("text", [None, ""])
def test_without_a_support_address_there_is_none(environ: dict[str, str], text: str | None) -> None:
    given = {} if text is None else {"PORTAL_SUPPORT_ADDRESS": text}
    assert Config.from_env(environ | given).support_address is None


@pytest.mark.parametrize(
    "text",
    [
        "help",
        "mailto:",
        "mailto:help@msp.example?cc=all@msp.example",
        "mailto:a@msp.example,b@msp.example",
        "http://help.msp.example",
        "https://",
        "https://user:secret@help.msp.example",
        "https://help.msp.example/a b",
        "javascript:alert(1)",
        "tel:+4420",
    ],
)
def test_a_support_address_that_is_none_stops_the_start(environ: dict[str, str], text: str) -> None:
    with pytest.raises(ConfigError, match="PORTAL_SUPPORT_ADDRESS must be an address such as mailto:"):
        Config.from_env(environ | {"PORTAL_SUPPORT_ADDRESS": text})


def test_a_key_may_come_from_a_file(environ: dict[str, str], tmp_path: Path) -> None:
    del environ["PORTAL_SECRET_KEY"]
    (tmp_path / "mounted").write_text("a key from a mounted file\n")
    environ["PORTAL_SECRET_KEY_FILE"] = str(tmp_path / "mounted")
    assert Config.from_env(environ).secret_key == "a key from a mounted file"


def test_previous_vault_keys_follow_the_one_in_use(environ: dict[str, str]) -> None:
    old = base64.urlsafe_b64encode(b"1" * 32).decode()
    environ["PORTAL_VAULT_KEY_PREVIOUS"] = f"{old} {KEY}"
    assert Config.from_env(environ).vault_keys == (bytes(32), b"1" * 32, bytes(32))


def test_the_operator_sets_retention_periods(environ: dict[str, str]) -> None:
    config = Config.from_env(environ)
    assert (config.keep_logs_days, config.keep_history_days, config.keep_deliveries_days) == (30, 180, 14)
    config = Config.from_env({**environ, "PORTAL_KEEP_LOGS_DAYS": "7", "PORTAL_KEEP_HISTORY_DAYS": "365"})
    assert (config.keep_logs_days, config.keep_history_days) == (7, 365)
    assert Config.from_env({**environ, "PORTAL_KEEP_DELIVERIES_DAYS": "3"}).keep_deliveries_days == 3


def test_the_operator_sets_session_lengths(environ: dict[str, str]) -> None:
    config = Config.from_env(environ)
    assert (config.session_idle_hours, config.session_days) == (12, 7)
    config = Config.from_env({**environ, "PORTAL_SESSION_IDLE_HOURS": "2", "PORTAL_SESSION_DAYS": "30"})
    assert (config.session_idle_hours, config.session_days) == (2, 30)


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "a day", "91", "²"])
def test_a_session_has_an_end(environ: dict[str, str], value: str) -> None:
    with pytest.raises(ConfigError, match="PORTAL_SESSION_DAYS must be a number of days from 1 to 90"):
        Config.from_env({**environ, "PORTAL_SESSION_DAYS": value})
    with pytest.raises(ConfigError, match="PORTAL_SESSION_IDLE_HOURS must be a number of hours from 1 to 2160"):
        Config.from_env({**environ, "PORTAL_SESSION_IDLE_HOURS": value if value != "91" else "2161"})


def test_keys_do_not_show_when_the_configuration_is_printed(environ: dict[str, str]) -> None:
    shown = repr(Config.from_env(environ))
    assert "sixteen letters!" not in shown
    assert repr(bytes(32)) not in shown


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://portal.example.com", "https://portal.example.com"),
        (" https://Portal.Example.com:443/ ", "https://portal.example.com"),
        ("https://portal.example.com:8443", "https://portal.example.com:8443"),
        ("http://10.0.0.5:80", "http://10.0.0.5"),
        ("http://10.0.0.5:443", "http://10.0.0.5:443"),
        ("https://[FD00:0::5]:8443/", "https://[fd00::5]:8443"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
    ],
)
def test_the_public_url_is_kept_as_browsers_write_it(environ: dict[str, str], typed: str, origin: str) -> None:
    assert Config.from_env({**environ, "PORTAL_PUBLIC_URL": typed}).public_url == origin


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("Halo.Internal, halo.internal:8443 ,", {"halo.internal", "halo.internal:8443"}),
        ("10.0.0.5,10.0.0.5:443", {"10.0.0.5", "10.0.0.5:443"}),
        ("[fd00::5],[FD00:0:0::5]:8443", {"[fd00::5]", "[fd00::5]:8443"}),
        ("::1", {"[::1]"}),
        ("[fe80::1%eth0]", {"[fe80::1%eth0]"}),
    ],
)
def test_open_hosts_are_understood_in_every_form(environ: dict[str, str], typed: str, understood: set[str]) -> None:
    assert Config.from_env({**environ, "PORTAL_OUTBOUND_ALLOW": typed}).outbound_allow == understood
    again = ",".join(understood)
    assert Config.from_env({**environ, "PORTAL_OUTBOUND_ALLOW": again}).outbound_allow == understood


def test_the_client_id_for_connectwise_is_taken_without_blanks(environ: dict[str, str]) -> None:
    assert Config.from_env(environ).vendor_ids == ()
    given = {**environ, "PORTAL_CONNECTWISE_CLIENT_ID": " 0b3d-11 "}
    assert Config.from_env(given).vendor_ids == (("connectwise", "0b3d-11"),)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_DATABASE_URL", "mysql://localhost/portal"),
        ("PORTAL_DATABASE_URL", "sqlite://portal.sqlite3"),
        ("PORTAL_DATABASE_URL", "sqlite:///"),
        ("PORTAL_DATABASE_URL", "sqlite:///:memory:"),
        ("PORTAL_DATABASE_URL", "postgresql:/db.example/portal"),
        ("PORTAL_DATABASE_URL", "postgresql://db.example"),
        ("PORTAL_DATABASE_URL", "postgres://db.example/"),
        ("PORTAL_DATABASE_URL", "postgresql://db.example:port/portal"),
        ("PORTAL_DATABASE_URL", "postgresql://u:pass#word@db.example/portal"),
        ("PORTAL_DATABASE_URL", "postgresql://u:pass?word@db.example/portal"),
        ("PORTAL_REDIS_URL", "localhost:6379"),
        ("PORTAL_REDIS_URL", "http://localhost"),
        ("PORTAL_SECRET_KEY", "short"),
        ("PORTAL_VAULT_KEY", "not base64 at all!"),
        ("PORTAL_VAULT_KEY", base64.urlsafe_b64encode(b"too short").decode()),
        ("PORTAL_VAULT_KEY_PREVIOUS", "c2hvcnQ="),
        ("PORTAL_PUBLIC_URL", "portal.example.com"),
        ("PORTAL_PUBLIC_URL", "ftp://portal.example.com"),
        ("PORTAL_PUBLIC_URL", "https://"),
        ("PORTAL_PUBLIC_URL", "https://portal.example.com/portal"),
        ("PORTAL_PUBLIC_URL", "https://portal.example.com?a=b"),
        ("PORTAL_PUBLIC_URL", "https://ada:secret@portal.example.com"),
        ("PORTAL_PUBLIC_URL", "https://portal.example.com:0"),
        ("PORTAL_PUBLIC_URL", "https://portal.example.com:99999"),
        ("PORTAL_PUBLIC_URL", "https://portal example.com"),
        ("PORTAL_PUBLIC_URL", "https://[fd00::5"),
        ("PORTAL_CA_FILE", "/nowhere/ca.pem"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem"),
        ("PORTAL_OUTBOUND_ALLOW", "https://halo.internal/"),
        ("PORTAL_OUTBOUND_ALLOW", "*.internal"),
        ("PORTAL_OUTBOUND_ALLOW", "halo.internal:port"),
        ("PORTAL_OUTBOUND_ALLOW", "halo.internal:0"),
        ("PORTAL_OUTBOUND_ALLOW", "halo.internal:65536"),
        ("PORTAL_OUTBOUND_ALLOW", "[fd00::5"),
        ("PORTAL_OUTBOUND_ALLOW", "[fd00::5]8443"),
        ("PORTAL_OUTBOUND_ALLOW", "[fd00:::5]:8443"),
        ("PORTAL_OUTBOUND_ALLOW", "[halo.internal]"),
        ("PORTAL_OUTBOUND_ALLOW", "fd00::5::1"),
        ("PORTAL_OUTBOUND_ALLOW", "halo.internal, two words"),
        ("PORTAL_CONNECTWISE_CLIENT_ID", "our id"),
        ("PORTAL_CONNECTWISE_CLIENT_ID", "our\nid"),
        ("PORTAL_KEEP_LOGS_DAYS", "0"),
        ("PORTAL_KEEP_LOGS_DAYS", "a month"),
        ("PORTAL_KEEP_HISTORY_DAYS", "-1"),
        ("PORTAL_KEEP_HISTORY_DAYS", "3651"),
        ("PORTAL_KEEP_DELIVERIES_DAYS", "0"),
        ("PORTAL_KEEP_DELIVERIES_DAYS", "two weeks"),
    ],
)
def test_an_invalid_value_is_refused_by_name(environ: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Config.from_env({**environ, name: value})


@pytest.mark.parametrize("name", ["PORTAL_SECRET_KEY", "PORTAL_VAULT_KEY"])
def test_a_missing_key_is_refused_by_name(environ: dict[str, str], name: str) -> None:
    del environ[name]
    with pytest.raises(ConfigError, match=name):
        Config.from_env(environ)


def test_a_key_file_that_is_not_there_is_refused_by_name(environ: dict[str, str]) -> None:
    del environ["PORTAL_VAULT_KEY"]
    environ["PORTAL_VAULT_KEY_FILE"] = "/nowhere/vault.key"
    with pytest.raises(ConfigError, match="PORTAL_VAULT_KEY_FILE cannot be read: No such file"):
        Config.from_env(environ)


def test_the_short_spelling_of_postgresql_is_accepted(environ: dict[str, str]) -> None:
    config = Config.from_env(
        {**environ, "PORTAL_DATABASE_URL": "postgres://u:p%23@db.example:5433/portal?sslmode=require"}
    )
    assert config.database_url == "postgresql://u:p%23@db.example:5433/portal?sslmode=require"


def test_an_unknown_database_is_refused_naming_the_two_supported(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"):
        Config.from_env({**environ, "PORTAL_DATABASE_URL": "mariadb://db.example/portal"})
