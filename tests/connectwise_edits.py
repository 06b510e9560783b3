"""What people do in ConnectWise besides creating, changing and deleting records."""

from __future__ import annotations

from random import Random

from portal.sandbox import ConnectWiseVerbs, SandboxError

OWN_COMPANY = 250  # cannot be merged or deleted


def merge(sandbox: ConnectWiseVerbs, seed: int) -> None:
    """Merge a company into another: what belongs to it moves, and it goes to the recycle bin."""
    into, other = _companies(sandbox, seed, 2)
    sandbox.merge(into, [other])


def move_site(sandbox: ConnectWiseVerbs, seed: int) -> None:
    """Move a site to another company, whose own rows do not change."""
    sites = sorted(sandbox.truth("sites", rows=True)["rows"])
    if sites:
        number = Random(seed).choice(sites)  # noqa: S311  # a draw, not a secret
        before = sandbox.record("sites", int(number))["row"]["company"]["id"]
        company = next(each for each in _companies(sandbox, seed, 2) if each != before)
        row = sandbox.record("clients", company)["row"]
        reference = {"id": company, "identifier": row["identifier"], "name": row["name"]}
        sandbox.change("sites", [int(number)], fields={"company": reference})


def purge_client(sandbox: ConnectWiseVerbs, seed: int) -> None:
    """Delete a company for good, with its sites."""
    sandbox.purge("clients", _companies(sandbox, seed, 1))


def _companies(sandbox: ConnectWiseVerbs, seed: int, count: int) -> list[int]:
    """Return so many companies that can be merged or deleted. Raises SandboxError if there are too few."""
    found = [int(number) for number in sorted(sandbox.truth("clients", rows=True)["rows"])]
    found = [each for each in found if each != OWN_COMPANY]
    if len(found) <= count:
        raise SandboxError("there are too few companies")
    return Random(seed).sample(found, count)  # noqa: S311  # a draw, not a secret
