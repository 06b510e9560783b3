"""The PSAs that storms can be run against, by slug."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.chaos.stormy_connectwise import CONNECTWISE
from tests.chaos.stormy_halo import HALO
from tests.chaos.stormy_psa import StormyPsa

PSAS: Final[Mapping[str, StormyPsa]] = {each.slug: each for each in (HALO, CONNECTWISE)}
