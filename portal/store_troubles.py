"""What is wrong with the database when it refuses to write, told to the person who runs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from portal.errors import StoreUnavailable

FULL: Final = StoreUnavailable(
    "The disk that holds the portal's database is full.",
    "Free some space on it, or move the data directory to a larger one. The portal goes on by itself.",
)
BUSY: Final = StoreUnavailable(
    "The portal's database is locked by another program.",
    "Close what holds it, such as a database browser or a backup. The portal goes on by itself.",
)
# By the names that sqlite3 gives, and by the SQLSTATE that PostgreSQL sends.
_BY_NAME: Final = {"SQLITE_FULL": FULL, "SQLITE_IOERR_WRITE": FULL, "SQLITE_BUSY": BUSY, "SQLITE_LOCKED": BUSY}
_BY_STATE: Final = {"53100": FULL, "55P03": BUSY}


def understood(error: BaseException) -> StoreUnavailable | None:
    """Explain an error of the database; None when it is no passing trouble of the store."""
    for cause in _causes(error):
        name = getattr(cause, "sqlite_errorname", None)
        state = getattr(cause, "sqlstate", None)
        if trouble := _BY_NAME.get(str(name)) or _BY_STATE.get(str(state)):
            return StoreUnavailable(trouble.problem, trouble.remedy)
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Go down to the first error: SQLite has rolled back by itself, so that Peewee stumbles over its own rollback."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
