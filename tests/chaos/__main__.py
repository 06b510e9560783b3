"""`python -m tests.chaos`: run a whole portal under kills and faults, and check that it keeps its promises.

Prints its seed first. The same seed draws the same kills, faults and edits; their exact timing varies.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from portal import log
from tests.chaos.figures import table
from tests.chaos.psas import PSAS
from tests.chaos.run import run_storm


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--psa", choices=PSAS, default="halo")
    parser.add_argument("--seed", type=int, default=None, help="random by default")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long the storm lasts")
    parser.add_argument("--kills", type=int, default=100, help="end earlier, after so many kills")
    parser.add_argument("--records", type=int, default=3000, help="in the simulated PSA")
    options = parser.parse_args()
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    say(f"seed {seed}")
    log.configure(as_json=True, level="ERROR")
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        storm = run_storm(
            PSAS[options.psa],
            Path(folder),
            seed,
            records=options.records,
            kills=options.kills,
            seconds=60 * options.minutes,
            say=say,
        )
        say(table(storm))
    for violation in storm.violations:
        say(f"VIOLATION, seed {seed}: {violation}")
    return 1 if storm.violations else 0


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
