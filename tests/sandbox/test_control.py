from __future__ import annotations

import pytest

from portal.sandbox.control_client import SandboxControl
from portal.sandbox.halo import HaloSandbox
from portal.sandbox.halo_verbs import HaloVerbs
from portal.sandbox.verbs import SandboxError


@pytest.fixture(params=["in this process", "over HTTP"])
def verbs(request: pytest.FixtureRequest, sandbox: HaloSandbox) -> HaloVerbs:
    """Offer the same verbs both ways."""
    return sandbox if request.param == "in this process" else SandboxControl(sandbox.url)


def test_the_sandbox_tells_who_it_is(sandbox: HaloSandbox, verbs: HaloVerbs) -> None:
    about = verbs.about()
    assert about["url"] == sandbox.url
    assert verbs.credentials() == ("acme", "acme-client-id", "acme-client-secret")


def test_knobs_change_one_by_one(verbs: HaloVerbs) -> None:
    before = verbs.settings()
    after = verbs.turn(latency=0.001, caps={"assets": 7})
    assert after == {**before, "latency": 0.001, "caps": {"assets": 7}} == verbs.settings()
    assert verbs.turn(caps={"sites": 8})["caps"] == {"assets": 7, "sites": 8}


@pytest.mark.parametrize(
    "knobs", [{"speed": 3}, {"caps": {"printers": 3}}, {"latency": "much"}, {"retry_after": "soon"}]
)
def test_a_wrong_knob_is_refused(verbs: HaloVerbs, knobs: dict[str, object]) -> None:
    with pytest.raises(SandboxError, match="ValidationError"):
        verbs.turn(**knobs)


def test_what_is_fixed_stays_fixed(verbs: HaloVerbs) -> None:
    with pytest.raises(SandboxError, match="fixed since the start: seed"):
        verbs.change_tenant(seed=3)
    with pytest.raises(SandboxError, match="'printers' is no record type"):
        verbs.change_tenant(refused=["printers"])


def test_a_change_and_its_truth(verbs: HaloVerbs) -> None:
    (number,) = verbs.change("sites", count=1, fields={"name": "Νέο κατάστημα"})
    assert verbs.record("sites", number)["row"]["name"] == "Νέο κατάστημα"
    assert verbs.truth()["sites"] == verbs.truth("sites")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nothing"), ("DELETE", "/truth"), ("GET", "/records/clients"), ("GET", "/truth?tenant=initech")],
)
def test_nonsense_is_refused_with_a_reason(verbs: HaloVerbs, method: str, path: str) -> None:
    with pytest.raises(SandboxError):
        verbs.call(method, path)
