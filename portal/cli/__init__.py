"""The `portal` command: one file per noun, using the same services as the pages."""

from __future__ import annotations

from portal.cli.root import portal


def main() -> None:
    portal(prog_name="portal")
