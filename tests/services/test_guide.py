"""The guide's Troubleshooting part: what it tells people to do, the portal tells them where it happens."""

from __future__ import annotations

import pytest

from portal.certificates import Fault, Refusal
from portal.halo.diagnosis import causes, messages, rules
from portal.outbound import OutboundError, TransportFailure
from portal.services.connecting import exclusivity

OTHER_ACTIVE = exclusivity.refusal("halo", "connectwise")
TIMED_OUT = messages.for_transport_error(OutboundError(TransportFailure.TIMED_OUT, "halo.example"))
UNREACHABLE = messages.for_transport_error(OutboundError(TransportFailure.PRIVATE_ADDRESS, "halo.example"))
SELF_SIGNED = messages.for_transport_error(
    OutboundError(TransportFailure.TLS, "halo.example", Refusal(Fault.SELF_SIGNED))
)


@pytest.mark.parametrize(
    ("told", "phrases"),
    [
        (causes.WRONG_CREDENTIALS, ["does not accept this Client ID or Client Secret"]),
        (
            messages.REGENERATE,
            ["Regenerate the secret in your HaloPSA API application", "paste Client ID and Client Secret again"],
        ),
        (messages.REGENERATE, ["without trailing spaces"]),
        (rules.LACKS_PERMISSION, ["application's agent or role lacks permissions", "403"]),
        (messages.GRANT_PERMISSION, ["Permissions tab", "In Halo", "grant the access your sync needs"]),
        (messages.FILL_TENANT, ["For hosted (multi-tenant) Halo", "Tenant Name is required"]),
        (messages.FILL_TENANT, ["Fill it in with the Tenant", "Configuration → Integrations → HaloPSA API"]),
        (messages.KEEP_AUTH_SERVER, ["Token requests go to the Auth Server", "data calls to the Base URL"]),
        (messages.KEEP_AUTH_SERVER, ["If it was changed wrongly, no token is granted"]),
        (messages.KEEP_AUTH_SERVER, ["Leave Auth Server as it was filled in", "separate authorisation server"]),
        (UNREACHABLE.remedy, ["on-premises Halo must be reachable from the internet", "valid SSL certificate"]),
        (SELF_SIGNED.remedy, ["valid SSL certificate"]),
        (TIMED_OUT.remedy, ["Connection and token requests time out after about 15 seconds"]),
        (OTHER_ACTIVE.problem, ["Cannot activate HALO PSA: ConnectWise integration is already active"]),
        (OTHER_ACTIVE.remedy, ["Only one PSA can be connected at a time"]),
        (OTHER_ACTIVE.remedy, ["Disconnect ConnectWise first, then connect Halo"]),
    ],
)
def test_each_sentence_of_the_guide_appears(told: str, phrases: list[str]) -> None:
    assert [phrase for phrase in phrases if phrase not in told] == []
