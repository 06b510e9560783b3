"""One portal per data directory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from portal.errors import Conflict
from portal.processes.claim import claimed

HOLD = """
import sys
from pathlib import Path
from portal.processes.claim import claimed
with claimed(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_portal_is_told_which_folder_is_taken(tmp_path: Path) -> None:
    with claimed(tmp_path), pytest.raises(Conflict, match=str(tmp_path)), claimed(tmp_path):
        pass


def test_the_folder_is_made_and_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with claimed(tmp_path / "new"):
            pass


def test_a_portal_that_was_killed_leaves_no_lock_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Conflict), claimed(tmp_path):
            pass
        holder.kill()
        holder.wait()
    with claimed(tmp_path):
        pass
