"""Texts for people: remedies in the wording of ConnectWise's screens (connectwise-api.md sections 2 and 5)."""

from __future__ import annotations

from typing import Final

from portal.outbound import OutboundError
from portal.psa import transport_messages
from portal.psa.transport_messages import Message

API_MEMBERS: Final = "System → Members → API Members"
ROLES: Final = "System → Security Roles"

CHECK_SITE: Final = "Compare it with the address where you log in to ConnectWise."
BE_REACHABLE: Final = (
    "A self-hosted ConnectWise must be reachable from the internet, with a valid SSL certificate from a public"
    " authority."
)
CHECK_COMPANY: Final = (
    "Enter the company that you log in to ConnectWise with, letter by letter; capital letters count. If it is right,"
    " check the Site: each region of the cloud knows only its own companies."
)
NEW_KEYS: Final = (
    f"In ConnectWise, open {API_MEMBERS}, choose your API member, and check on its API Keys tab that the key is there"
    " and on its Details tab that the member isn't inactive. If in doubt, create another key and paste Public Key and"
    " Private Key again, without spaces. ConnectWise shows the Private Key only once."
)
SET_CLIENT_ID: Final = (
    "Contact the operator of this portal, who sets it in PORTAL_CONNECTWISE_CLIENT_ID, or fill in a Client ID of your"
    " own from developer.connectwise.com."
)
CHECK_CLIENT_ID: Final = (
    "Compare it with developer.connectwise.com → ClientID, or clear the field to use the one that Scopable has."
)
REPORT_CLIENT_ID: Final = (
    "Contact the operator of this portal, who sets it in PORTAL_CONNECTWISE_CLIENT_ID. Until then, you can fill in a"
    " Client ID of your own from developer.connectwise.com."
)
CHECK_ROLE: Final = (
    f"In ConnectWise, open {API_MEMBERS}, choose your API member, and note its Role ID. Then open {ROLES}, choose"
    " that role, and set Inquire to All for what your sync needs."
)
CORPORATE_LEVEL: Final = (
    f"Check in {ROLES} that Inquire is All rather than My, and in {API_MEMBERS} that the Level of the member is"
    " Corporate: otherwise ConnectWise shows only a part of the records, without a word."
)
INTERNAL: Final = "ConnectWise has an internal problem (status {status})."


def grant(permission: str) -> str:
    """Say which right to grant: Companies > Company Maintenance, as ConnectWise groups them."""
    return f"In ConnectWise, open {ROLES}, choose the role of your API member, and set Inquire = All on {permission}."


def for_transport_error(error: OutboundError) -> Message:
    return transport_messages.explain(error, psa="ConnectWise", check_address=CHECK_SITE, be_reachable=BE_REACHABLE)
