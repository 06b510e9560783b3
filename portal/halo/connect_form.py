"""Halo's connect form, in the wording of Halo's own screens (halo-api.md section 1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from portal.halo import addresses, discovery
from portal.halo.discovery import AuthInfo
from portal.outbound import OutboundClient
from portal.psa.connect_form import ConnectField, ConnectForm, FieldKind

EXAMPLE: Final = "https://yourcompany.halopsa.com"


def _normalize(name: str, text: str) -> str:
    return addresses.normalize_auth_server(text) if name == "auth_server" else addresses.normalize_base_url(text)


def _discover(client: OutboundClient, address: str) -> Mapping[str, str]:
    return _filled_in(discovery.discover(client, address))


def _guess(address: str) -> Mapping[str, str]:
    return _filled_in(discovery.guessed(address))


def _filled_in(info: AuthInfo) -> Mapping[str, str]:
    return {"auth_server": info.auth_server, "tenant": info.tenant}


CONNECT_FORM: Final = ConnectForm(
    fields=(
        ConnectField(
            "base_url",
            "Base URL",
            FieldKind.ADDRESS,
            help="Called Resource Server in Halo: Configuration → Integrations → HaloPSA API.",
            missing=f"Enter the address of your Halo, such as {EXAMPLE}.",
            is_destination=True,
        ),
        ConnectField(
            "auth_server",
            "Auth Server",
            FieldKind.ADDRESS,
            help="Optional. Filled in from the Base URL. Called Authorisation Server on the same page in Halo."
            " Change it only if you run a separate one.",
            is_destination=True,
        ),
        ConnectField(
            "tenant",
            "Tenant Name",
            help="Required for hosted (multi-tenant) Halo. Called Tenant on the same page. Leave it blank for"
            " single-tenant and on-premises Halo.",
            is_destination=True,
        ),
        ConnectField(
            "client_id",
            "Client ID",
            help="In Halo: Configuration → Integrations → HaloPSA API → View Applications → your application.",
            missing="Enter the Client ID of your API application.",
            requires=("Enter the Client ID.", "Copy it from your HaloPSA API application."),
        ),
        ConnectField(
            "client_secret",
            "Client Secret",
            FieldKind.SECRET,
            help="Halo shows it only once, next to the Client ID. Stored encrypted and never shown again.",
            missing="Enter the Client Secret. Halo shows it only once, when the application is created.",
            requires=("Enter the Client Secret.", "Halo shows it only once, when it is created."),
            replacing="Regenerate it in your HaloPSA API application. It replaces the stored one only if it works.",
        ),
    ),
    address="base_url",
    example=EXAMPLE,
    discovered=("auth_server", "tenant"),
    parse_address=addresses.parse_address,
    normalize=_normalize,
    discover=_discover,
    guess=_guess,
)
