"""`python -m portal.sandbox halo --help`, and the same for connectwise."""

from __future__ import annotations

import sys

from portal.sandbox.connectwise import main as connectwise
from portal.sandbox.halo import main as halo

COMMANDS = {"halo": halo, "connectwise": connectwise}


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in COMMANDS:
        sys.stderr.write(f"usage: python -m portal.sandbox {{{','.join(COMMANDS)}}} [--help]\n")
        return 2
    return COMMANDS[argv[0]](argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
