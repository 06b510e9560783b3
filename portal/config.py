"""The operator's settings, read once from the environment. An invalid value stops the start with a clear message."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from portal import allowed_hosts, public_url, support_address, vendor_ids
from portal.authorities import Authorities
from portal.errors import ConfigError
from portal.support_address import SupportAddress

VAULT_KEY_BYTES = 32
DEFAULT_DATA_DIR = "data"
SQLITE_PREFIX = "sqlite:///"
POSTGRESQL_PREFIX = "postgresql://"
LONGEST_KEPT_DAYS = 3650
LONGEST_SESSION_DAYS = 90
# Set by `portal up` for its child processes, so that each warning appears once.
STARTED_BY_PORTAL = "PORTAL_STARTED_BY_PORTAL"


@dataclass(frozen=True)
class Config:
    """Every setting of one process.

    `vault_keys` has the current key first, then previous keys that can still open old secrets.
    `redis_url` is None if no server is configured and no embedded one is running.
    `keep_logs_days`, `keep_history_days` and `keep_deliveries_days` are the retention periods of log lines, record
    history and webhook deliveries; `keep_audit_days` applies to new entries of the audit log.
    `session_idle_hours` and `session_days` limit how long a session lasts unused, and in total.
    `public_url` is scheme, host and port as browsers write them. `support_address` is where people ask for help.
    `outbound_allow` lists hosts (see allowed_hosts.py) that may be private or use plain http.
    `authorities` are the trusted certificate authorities.
    `vendor_ids` pairs a PSA's slug with the Client ID that identifies this product to it (see vendor_ids.py).
    """

    data_dir: Path
    database_url: str
    redis_url: str | None
    secret_key: str = field(repr=False)
    vault_keys: tuple[bytes, ...] = field(repr=False)
    public_url: str | None = None
    support_address: SupportAddress | None = None
    outbound_allow: frozenset[str] = frozenset()
    authorities: Authorities = field(default_factory=Authorities)
    vendor_ids: tuple[tuple[str, str], ...] = ()
    keep_logs_days: int = 30
    keep_history_days: int = 180
    keep_deliveries_days: int = 14
    keep_audit_days: int = 730
    session_idle_hours: int = 12
    session_days: int = 7
    testing: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Config:
        """Read `PORTAL_*`. Raises ConfigError naming the missing or invalid variable."""
        data_dir = data_dir_of(environ)
        return cls(
            data_dir=data_dir,
            database_url=database_url_of(environ),
            redis_url=_redis_url(environ, data_dir),
            secret_key=_secret_key(environ, data_dir),
            vault_keys=_vault_keys(environ, data_dir),
            public_url=_public_url(environ),
            support_address=_support_address(environ),
            outbound_allow=_outbound_allow(environ),
            authorities=Authorities.from_env(environ),
            vendor_ids=_vendor_ids(environ),
            keep_logs_days=_days(environ, "PORTAL_KEEP_LOGS_DAYS", cls.keep_logs_days),
            keep_history_days=_days(environ, "PORTAL_KEEP_HISTORY_DAYS", cls.keep_history_days),
            keep_deliveries_days=_days(environ, "PORTAL_KEEP_DELIVERIES_DAYS", cls.keep_deliveries_days),
            keep_audit_days=_days(environ, "PORTAL_KEEP_AUDIT_DAYS", cls.keep_audit_days),
            session_idle_hours=_whole(
                environ, "PORTAL_SESSION_IDLE_HOURS", cls.session_idle_hours, "hours", LONGEST_SESSION_DAYS * 24
            ),
            session_days=_whole(environ, "PORTAL_SESSION_DAYS", cls.session_days, "days", LONGEST_SESSION_DAYS),
        )


def data_dir_of(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("PORTAL_DATA_DIR") or DEFAULT_DATA_DIR).absolute()


def database_url_of(environ: Mapping[str, str]) -> str:
    """Return PORTAL_DATABASE_URL, or the SQLite file in the data directory.

    All text after sqlite:/// is the literal path: folders may have any name. Raises ConfigError for other databases.
    """
    url = environ.get("PORTAL_DATABASE_URL") or f"{SQLITE_PREFIX}{data_dir_of(environ) / 'portal.sqlite3'}"
    if url.startswith(SQLITE_PREFIX) and url.removeprefix(SQLITE_PREFIX) not in {"", ":memory:"}:
        return url
    if url.startswith("postgres://"):
        url = url.replace("postgres://", POSTGRESQL_PREFIX, 1)  # hosting companies still use the short spelling
    if not url.startswith(POSTGRESQL_PREFIX):
        raise ConfigError("PORTAL_DATABASE_URL must be sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME.")
    _check_postgresql(url)
    return url


def _check_postgresql(url: str) -> None:
    try:
        parts = urlsplit(url)
        has_name = len(parts.path) > 1 and (parts.port is None or parts.port > 0)
    except ValueError:
        has_name = False
    if not has_name or parts.fragment:
        raise ConfigError(
            "PORTAL_DATABASE_URL must read postgresql://USER:PASSWORD@HOST/NAME. "
            "In a password, write # as %23, ? as %3F, / as %2F and @ as %40."
        )


def secret_key_file(data_dir: Path) -> Path:
    return data_dir / "secret.key"


def vault_key_file(data_dir: Path) -> Path:
    return data_dir / "vault.key"


def redis_url_file(data_dir: Path) -> Path:
    """Return the file with the embedded Valkey's URL, for commands in other processes."""
    return data_dir / "redis.url"


def _redis_url(environ: Mapping[str, str], data_dir: Path) -> str | None:
    url = environ.get("PORTAL_REDIS_URL")
    if url is None:
        embedded = redis_url_file(data_dir)
        return embedded.read_text().strip() if embedded.exists() else None
    if urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
        raise ConfigError("PORTAL_REDIS_URL must start with redis://, rediss:// or unix://.")
    return url


def _secret_key(environ: Mapping[str, str], data_dir: Path) -> str:
    key = _value_or_file(environ, "PORTAL_SECRET_KEY", secret_key_file(data_dir))
    if key is None:
        raise ConfigError("PORTAL_SECRET_KEY is not set; set it, or run `portal up`, which makes one.")
    if len(key) < 16:
        raise ConfigError("PORTAL_SECRET_KEY must have at least 16 characters.")
    return key


def _vault_keys(environ: Mapping[str, str], data_dir: Path) -> tuple[bytes, ...]:
    current = _value_or_file(environ, "PORTAL_VAULT_KEY", vault_key_file(data_dir))
    if current is None:
        raise ConfigError("PORTAL_VAULT_KEY is not set; set it, or run `portal up`, which makes one.")
    previous = _value_or_file(environ, "PORTAL_VAULT_KEY_PREVIOUS", None)
    keys = [_vault_key("PORTAL_VAULT_KEY", current)]
    if previous:
        keys += [_vault_key("PORTAL_VAULT_KEY_PREVIOUS", one) for one in previous.split()]
    return tuple(keys)


def _vault_key(name: str, text: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != VAULT_KEY_BYTES:
        raise ConfigError(f"{name} must be {VAULT_KEY_BYTES} random bytes in URL-safe base64.")
    return key


def _public_url(environ: Mapping[str, str]) -> str | None:
    url = environ.get("PORTAL_PUBLIC_URL")
    try:
        return public_url.origin(url) if url else None
    except ValueError as error:
        raise ConfigError(f"PORTAL_PUBLIC_URL {error}.") from error


def _support_address(environ: Mapping[str, str]) -> SupportAddress | None:
    text = environ.get("PORTAL_SUPPORT_ADDRESS")
    try:
        return support_address.parse(text) if text else None
    except ValueError as error:
        raise ConfigError(f"PORTAL_SUPPORT_ADDRESS {error}.") from error


def _outbound_allow(environ: Mapping[str, str]) -> frozenset[str]:
    try:
        return allowed_hosts.parsed(environ.get("PORTAL_OUTBOUND_ALLOW", ""))
    except ValueError as error:
        raise ConfigError(
            "PORTAL_OUTBOUND_ALLOW must list hosts, separated by commas, as host, host:port, [fd00::5] or"
            f" [fd00::5]:8443. This is not one: {error}"
        ) from error


def _vendor_ids(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    try:
        return vendor_ids.from_env(environ)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _days(environ: Mapping[str, str], name: str, default: int) -> int:
    return _whole(environ, name, default, "days", LONGEST_KEPT_DAYS)


def _whole(environ: Mapping[str, str], name: str, default: int, unit: str, most: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= most:
        raise ConfigError(f"{name} must be a number of {unit} from 1 to {most}.")
    return int(text)


def _value_or_file(environ: Mapping[str, str], name: str, fallback: Path | None) -> str | None:
    """Return the value of NAME, the content of the file in NAME_FILE, or that of `fallback` if it exists."""
    if value := environ.get(name):
        return value.strip()
    named = environ.get(f"{name}_FILE")
    path = Path(named) if named else fallback
    if path is None or (named is None and not path.exists()):
        return None
    try:
        return path.read_text().strip()
    except OSError as error:
        raise ConfigError(f"{name}_FILE cannot be read: {error.strerror}.") from error
