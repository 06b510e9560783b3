"""What a contestant is asked to do, and what it answers. Standard library only: it runs in two environments."""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict, astuple, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """One sync of the PSA at `url` into `database`, the URL of a database that nobody else uses.

    `credentials` is JSON, `kind` is `full` or `incremental`, `psa` a slug. What must outlive the process and is no
    database goes into `folder`.
    """

    url: str
    credentials: str
    database: str
    folder: str
    kind: str = "full"
    psa: str = "halo"

    @classmethod
    def of_halo(cls, url: str, client_id: str, client_secret: str, database: str, folder: str) -> Task:
        return cls(url, json.dumps({"client_id": client_id, "client_secret": client_secret}), database, folder)

    def arguments(self) -> tuple[str, ...]:
        return astuple(self)


@dataclass(frozen=True)
class Result:
    """`seconds` of work without the start of the process, and what the process needed at most.

    `waited` are the seconds in which it could not work: for a dead worker's lease, or for Halo.
    """

    records: int
    seconds: float
    peak_mb: float
    waited: float = 0.0


def asked() -> Task:
    """Return the task that this process was started with."""
    return Task(*sys.argv[-6:])


def answer(records: int, seconds: float, waited: float = 0.0) -> None:
    """Print the result on the one line that is waited for."""
    print(json.dumps(asdict(Result(records, seconds, _peak_mb(), waited))))


def answered(output: str) -> Result:
    """Read the result; it is the last line, because libraries print, too."""
    return Result(**json.loads(output.splitlines()[-1]))


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():  # getrusage remembers the parent's memory at the fork, this does not
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
