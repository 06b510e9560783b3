"""A connection test that asks a simulated PSA once, and is repeated without it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from portal.psa import registry
from portal.psa.adapter import Connection, Meter
from portal.psa.diagnosis import Diagnosis


@dataclass
class Told:
    """What a PSA has said to the right values, and what asking it was charged."""

    diagnoses: list[Diagnosis] = field(default_factory=list)
    charged: list[str] = field(default_factory=list)


@dataclass
class _Noting:
    """Passes on what is charged, and notes it."""

    meter: Meter
    told: Told

    def before_call(self) -> None:
        self.meter.before_call()
        self.told.charged.append("before_call")

    def token_granted(self) -> None:
        self.meter.token_granted()
        self.told.charged.append("token_granted")


@contextmanager
def asked_once(psa: str, told: Told) -> Iterator[None]:
    """Let a connection test inside the block ask the PSA if nothing is told yet, and else repeat what is."""
    adapter = registry.ADAPTERS[psa]

    def test(connection: Connection, meter: Meter) -> Diagnosis:
        if told.diagnoses:
            for each in told.charged:
                getattr(meter, each)()
        else:
            told.diagnoses.append(adapter.test(connection, _Noting(meter, told)))
        return told.diagnoses[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(registry.ADAPTERS, psa, replace(adapter, test=test))
        yield
