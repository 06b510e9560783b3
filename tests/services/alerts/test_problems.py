"""What people read about an alert that did not arrive."""

from __future__ import annotations

from portal.foreign_calls import Outcome
from portal.outbound import TransportFailure
from portal.services.alerts import problems


def test_nobody_learns_whether_an_internal_name_exists() -> None:
    causes = (TransportFailure.PRIVATE_ADDRESS, TransportFailure.HOST_NOT_FOUND)
    assert len({problems.explain("The webhook", Outcome(failure=cause)) for cause in causes}) == 1
