"""Texts for people: remedies in the wording of Halo's screens and the guide's Troubleshooting section, and messages
for transport failures.
"""

from __future__ import annotations

from typing import Final

from portal.outbound import OutboundError
from portal.psa import transport_messages
from portal.psa.transport_messages import Message

API_PAGE: Final = "Configuration → Integrations → HaloPSA API"
APPLICATION: Final = f"{API_PAGE} → View Applications"

CHECK_ADDRESS: Final = f"Compare it with Resource Server in Halo: {API_PAGE}."
CHECK_AUTH_SERVER: Final = f"Compare it with Authorisation Server in Halo: {API_PAGE}."
KEEP_AUTH_SERVER: Final = (
    "Token requests go to the Auth Server, data calls to the Base URL. If it was changed wrongly, no token is"
    " granted. Leave Auth Server as it was filled in, unless you run a separate authorisation server. Halo shows it"
    f" as Authorisation Server: {API_PAGE}."
)
FILL_TENANT: Final = (
    "For hosted (multi-tenant) Halo, Tenant Name is required. Fill it in with the Tenant that Halo shows under"
    f" {API_PAGE}."
)
COMPARE_TENANT: Final = (
    f"Compare it letter by letter with the Tenant that Halo shows under {API_PAGE}. For single-tenant or on-premises"
    " Halo, leave it blank."
)
REGENERATE: Final = (
    "Regenerate the secret in your HaloPSA API application and paste Client ID and Client Secret again, without"
    " trailing spaces. Halo shows the secret only once, when it is created. Copy the Client ID after saving the"
    " application: it may change at the first save."
)
GRANT_PERMISSION: Final = (
    f"In Halo, open {APPLICATION}, choose the application, and grant the access your sync needs on its Permissions"
    " tab. The role of the agent it logs in as must allow it too."
)
LOG_IN_AS_AGENT: Final = (
    f"In Halo, open {APPLICATION}, choose the application, and set Login Type to Agent, with your API agent as the"
    " agent to log in as."
)
USE_CLIENT_SECRET: Final = (
    f"In Halo, open {APPLICATION}, choose the application, and set Authentication Method to Client ID and Secret"
    " (Services)."
)
BE_REACHABLE: Final = (
    "An on-premises Halo must be reachable from the internet, with a valid SSL certificate from a public authority."
)


def for_transport_error(error: OutboundError, field: str = "base_url") -> Message:
    """Explain a transport failure; `field` is the form field for the address."""
    check = CHECK_AUTH_SERVER if field == "auth_server" else CHECK_ADDRESS
    return transport_messages.explain(error, psa="Halo", check_address=check, be_reachable=BE_REACHABLE)
