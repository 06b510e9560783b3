"""The simulated PSAs of the demo: the programs to start, and the values to enter in the wizard."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from portal.processes import ports
from portal.processes.supervisor import Program

USUAL_PORTS = {"halo": 8100, "connectwise": 8101}
CONNECTWISE_SETTING = "PORTAL_CONNECTWISE_CLIENT_ID"
CONNECTWISE_CLIENT_ID = "5f3b0c62-8a1d-4e57-9c40-2d7e61b8fa13"
_TENANT = "acme"
_COMPANY_ID = "northwind"
# These open simulated PSAs on this machine, nothing else.
_CLIENT_ID = "northwind-client-id"
_CLIENT_SECRET = "northwind-client-secret"  # noqa: S105
_PUBLIC_KEY = "northwind-public-key"
_PRIVATE_KEY = "northwind-private-key"
_LATENCY = "0.25"  # about as slow as a real one, so that there is a sync to watch


@dataclass(frozen=True)
class Sandbox:
    """A simulated PSA at a port. `values` are those of the wizard, by label, besides the address."""

    psa: str
    name: str
    address_label: str
    port: int
    options: Mapping[str, str]
    values: Mapping[str, str]

    @property
    def host(self) -> str:
        return f"{ports.LOCAL}:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def program(self) -> Program:
        options = {"--port": str(self.port), "--latency": _LATENCY, **self.options}
        words = [word for option in options.items() for word in option]
        return Program(f"{self.psa} sandbox", [sys.executable, "-m", "portal.sandbox", self.psa, *words])

    def lines(self) -> list[tuple[str, str]]:
        """Return the labels and values to print."""
        return [(self.address_label, self.url), *self.values.items(), ("Desk", f"{self.url}/_sandbox/desk")]


def prepared(environment: dict[str, str], port_of: Mapping[str, int]) -> list[Sandbox]:
    """Return the simulated PSAs, and add what the portal needs for them unless the operator has set it."""
    client_id = environment.setdefault(CONNECTWISE_SETTING, CONNECTWISE_CLIENT_ID)
    return [_halo(port_of["halo"]), _connectwise(port_of["connectwise"], client_id)]


def _halo(port: int) -> Sandbox:
    return Sandbox(
        "halo",
        "Halo",
        "Base URL",
        port,
        {"--tenant": _TENANT, "--client-id": _CLIENT_ID, "--client-secret": _CLIENT_SECRET},
        {
            "Client ID": _CLIENT_ID,
            "Client Secret": _CLIENT_SECRET,
            "Auth Server (filled in)": f"http://{ports.LOCAL}:{port}/auth",
            "Tenant Name (filled in)": _TENANT,
        },
    )


def _connectwise(port: int, client_id: str) -> Sandbox:
    """`client_id` is the operator's, which the portal sends unless people enter another one."""
    return Sandbox(
        "connectwise",
        "ConnectWise",
        "Site",
        port,
        {
            "--company": _COMPANY_ID,
            "--public-key": _PUBLIC_KEY,
            "--private-key": _PRIVATE_KEY,
            "--client-id": client_id,
        },
        {"Company ID": _COMPANY_ID, "Public Key": _PUBLIC_KEY, "Private Key": _PRIVATE_KEY},
    )
