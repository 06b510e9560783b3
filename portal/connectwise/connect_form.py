"""ConnectWise's connect form, in the wording of ConnectWise's own screens (connectwise-api.md section 2)."""

from __future__ import annotations

from typing import Final

from portal.connectwise import addresses
from portal.psa.connect_form import ConnectField, ConnectForm, FieldKind

EXAMPLE: Final = "https://na.myconnectwise.net"
API_KEYS: Final = "System → Members → API Members → your API member → API Keys"

CONNECT_FORM: Final = ConnectForm(
    fields=(
        ConnectField(
            "site",
            "Site",
            FieldKind.ADDRESS,
            help="The address where you log in to ConnectWise, or the region of your cloud: NA, EU or AU.",
            missing=f"Enter the address where you log in to ConnectWise, such as {EXAMPLE}.",
            is_destination=True,
        ),
        ConnectField(
            "company_id",
            "Company ID",
            help="The company that you enter when you log in to ConnectWise, above your user name.",
            missing="Enter the Company ID that you log in to ConnectWise with.",
            requires=("Enter the Company ID.", "It is the company that you log in to ConnectWise with."),
        ),
        ConnectField(
            "public_key",
            "Public Key",
            help=f"In ConnectWise: {API_KEYS}.",
            missing="Enter the Public Key of your API member.",
            requires=("Enter the Public Key.", f"Copy it in ConnectWise: {API_KEYS}."),
        ),
        ConnectField(
            "private_key",
            "Private Key",
            FieldKind.SECRET,
            help="ConnectWise shows it only once, next to the Public Key. Stored encrypted and never shown again.",
            missing="Enter the Private Key. ConnectWise shows it only once, when the key is created.",
            requires=("Enter the Private Key.", "ConnectWise shows it only once, when the key is created."),
            replacing=f"Create another key: {API_KEYS}. It replaces the stored one only if it works.",
        ),
        ConnectField(
            "client_id",
            "Client ID",
            help="Optional. Leave it blank: Scopable has its own. Enter one only if you were asked to use your own,"
            " from developer.connectwise.com.",
        ),
    ),
    address="site",
    example=EXAMPLE,
    discovered=(),
    parse_address=addresses.parse_address,
    normalize=lambda _, text: addresses.normalize_site(text),
    discover=lambda _client, _address: {},
    guess=lambda _address: {},
)
