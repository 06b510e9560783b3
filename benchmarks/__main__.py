"""`python -m benchmarks`: syncs beside a bare loop and dlt, syncs of two PSAs, a quota, pages, and webhooks."""

from __future__ import annotations

import argparse

from benchmarks import pages, psas, quota, syncs, webhooks
from benchmarks.contestants import POSTGRESQL, SQLITE
from portal import log

ENGINES = {"sqlite": [SQLITE], "postgresql": [POSTGRESQL], "both": [SQLITE, POSTGRESQL]}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "what", nargs="?", choices=["syncs", "psas", "quota", "pages", "webhooks"], help="all if not given"
    )
    parser.add_argument("--records", type=int, default=45_000, help="syncs, psas, pages: of the simulated PSA")
    parser.add_argument("--rounds", type=int, default=3, help="syncs: how often, on Halos with the same records")
    parser.add_argument("--database", choices=ENGINES, default="sqlite", help="syncs, pages: what to copy into")
    parser.add_argument("--no-dlt", action="store_true", help="syncs: leave out dlt, which takes most of the time")
    parser.add_argument("--scale", type=int, default=10, help="quota: so many times as quick; 1 takes ten minutes")
    parser.add_argument("--seconds", type=int, default=60, help="webhooks: how long deliveries come")
    parser.add_argument(
        "--strike", action="store_true", help="webhooks: kill web and worker, and stop Redis, meanwhile"
    )
    options = parser.parse_args()
    log.configure(as_json=True, level="WARNING")
    if options.what in {None, "syncs"}:
        syncs.measure(options.records, options.rounds, ENGINES[options.database], with_dlt=not options.no_dlt)
    if options.what in {None, "psas"}:
        psas.measure(options.records, options.rounds)
    if options.what in {None, "quota"}:
        quota.measure(options.scale)
    if options.what in {None, "pages"}:
        pages.measure(options.records, ENGINES[options.database])
    if options.what in {None, "webhooks"}:
        webhooks.measure(options.seconds, strike=options.strike)


if __name__ == "__main__":
    main()
