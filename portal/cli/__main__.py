"""`python -m portal.cli` is `portal`: how the supervisor starts its children, whatever the PATH."""

from __future__ import annotations

from portal.cli import main

main()
