"""A short slice of what slow clients do to a real portal: pages are answered while all of them hold on.

How quick the machine is decides nothing. `make hostile` has the long form, with times.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.chaos.house import standing
from tests.chaos.slow_clients import Attack, Place, answered, attacking, dripping_bodies, silent, slow_headers

ATTACKS = [slow_headers(40), slow_headers(400), dripping_bodies(40), dripping_bodies(40, "/login"), silent(400)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("slow-clients")
    with standing(folder, allow="127.0.0.1:1") as house:
        parts = urlsplit(house.address)
        yield parts.hostname or "", parts.port or 0


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])
def test_pages_are_answered_while_slow_clients_hold_on(attack: Attack, place: Place) -> None:
    with attacking(place, attack) as attackers:
        assert attackers.opened >= attack.count
        assert all(answered(place) for _ in range(5))
        assert attackers.open() > 0
