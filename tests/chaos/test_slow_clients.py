"""Slow clients against a real portal: pages are answered while they hold their connections.

The result does not depend on the machine's speed. `make hostile` runs the long form, with times.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.chaos.running_portal import running_portal
from tests.chaos.slow_clients import Attack, Place, attacking, dripping_bodies, is_answered, silent, slow_headers

ATTACKS = [slow_headers(40), slow_headers(400), dripping_bodies(40), dripping_bodies(40, "/login"), silent(400)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("slow-clients")
    with running_portal(folder, allow="127.0.0.1:1") as portal:
        parts = urlsplit(portal.address)
        yield parts.hostname or "", parts.port or 0


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])
def test_pages_are_answered_while_slow_clients_hold_on(attack: Attack, place: Place) -> None:
    with attacking(place, attack) as attackers:
        assert attackers.opened >= attack.count
        assert all(is_answered(place) for _ in range(5))
        assert attackers.open() > 0
