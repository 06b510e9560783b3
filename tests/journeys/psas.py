"""The PSAs of the journeys: what a person enters to connect each, and what they then see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Page

from portal.sandbox import ConnectWiseControl, SandboxControl, Verbs
from tests.journeys.portal_process import Demo


@dataclass(frozen=True)
class JourneyPsa:
    """`entered` are the values for the fields by their labels, without the secret; `filled_in` are those that appear
    by themselves. `refusal` is what people read about a wrong secret. `deliver` does in the simulated PSA what step 3
    of the wizard asks for, and has it deliver something.
    """

    slug: str
    label: str
    control: Callable[[str], Verbs]
    address: Callable[[Demo], str]
    entered: Callable[[Demo], Mapping[str, str]]
    filled_in: Callable[[Demo], Mapping[str, str]]
    secret_label: str
    secret: Callable[[Demo], str]
    refusal: str
    deliver: Callable[[Page, Any], None]

    def sandbox(self, demo: Demo) -> Verbs:
        return self.control(self.address(demo))


def _deliver_as_halo(wizard: Page, _: Verbs) -> None:
    wizard.get_by_role("button", name="Show Password").click()
    labels = ("Webhook URL", "Username", "Password")
    address, user, password = (wizard.get_by_label(label, exact=True).input_value() for label in labels)
    answer = httpx.post(address, json={"event": "Client updated"}, auth=(user, password), timeout=10)
    assert answer.status_code == 200


def _register_callbacks(wizard: Page, connectwise: ConnectWiseControl) -> None:
    connectwise.add_callbacks(wizard.get_by_label("Webhook URL", exact=True).input_value())
    connectwise.change("clients", count=1, seed=1)


HALO: Final = JourneyPsa(
    slug="halo",
    label="Halo PSA",
    control=SandboxControl,
    address=lambda demo: demo.base_url,
    entered=lambda demo: {"Base URL": demo.base_url, "Client ID": demo.client_id},
    filled_in=lambda demo: {"Auth Server": f"{demo.base_url}/auth"},
    secret_label="Client Secret",  # the name of a field
    secret=lambda demo: demo.client_secret,
    deliver=_deliver_as_halo,
    refusal="Halo does not accept this Client ID or Client Secret.",
)
CONNECTWISE: Final = JourneyPsa(
    slug="connectwise",
    label="ConnectWise PSA",
    control=ConnectWiseControl,
    address=lambda demo: demo.site,
    entered=lambda demo: {"Site": demo.site, "Company ID": demo.company_id, "Public Key": demo.public_key},
    filled_in=lambda _: {},
    secret_label="Private Key",  # the name of a field
    secret=lambda demo: demo.private_key,
    deliver=_register_callbacks,
    refusal="ConnectWise doesn't accept this Public Key and Private Key.",
)
BOTH: Final = [pytest.param(each, id=each.slug) for each in (HALO, CONNECTWISE)]
