"""`python -m portal.cli` is `portal`. The supervisor starts its children this way, independently of the PATH."""

from __future__ import annotations

from portal.cli import main

main()
