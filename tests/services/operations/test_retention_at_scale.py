"""Many log rows, half of them old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from portal import clock
from portal.db import db
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.sync import SyncLog
from portal.services.operations import retention

NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROWS: Final = 200_000
# Evenly spread over sixty days, the oldest first; written by the database itself, in one go.
WRITE: Final = """
INSERT INTO sync_log (integration_id, at, level, subject, message, cause, remedy)
WITH RECURSIVE number(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM number WHERE i + 1 < ?)
SELECT ?, strftime('%Y-%m-%d %H:%M:%f', ?, (i * 86400.0 * 60 / ?) || ' seconds'), 'info', 'run', 'A line.', '', ''
FROM number
"""


def test_the_old_half_of_many_log_rows_is_deleted_in_batches(northwind: Account) -> None:
    halo = Integration.create(account=northwind, psa="halo")
    db.execute_sql(WRITE, (ROWS, halo.id, f"{NOW - timedelta(days=60):%Y-%m-%d %H:%M:%S}", ROWS))
    batches = 0
    with clock.using(lambda: NOW):
        while gone := retention.prune()["log rows"]:
            assert gone <= retention.BATCH
            batches += 1
    assert SyncLog.select().count() == ROWS / 2
    assert SyncLog.select().where(SyncLog.at < NOW - timedelta(days=30)).count() == 0
    assert batches == ROWS / 2 / retention.BATCH
