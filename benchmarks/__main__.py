"""`python -m benchmarks`: the syncs beside a bare loop, then the pages with a large copy and a long log."""

from __future__ import annotations

import argparse

from benchmarks import pages, syncs
from portal import log


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["syncs", "pages"], help="both if not given")
    parser.add_argument("--records", type=int, default=45_000, help="of the simulated Halo")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    log.configure(as_json=True, level="WARNING")
    if options.what in {None, "syncs"}:
        syncs.measure(options.records, options.rounds)
    if options.what in {None, "pages"}:
        pages.measure()


if __name__ == "__main__":
    main()
