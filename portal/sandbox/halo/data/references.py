"""The records that others refer to, so that every reference is valid."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from portal.sandbox.seeded_random import SeededRandom
from portal.sandbox.words import CULTURES, Culture


class Client(NamedTuple):
    id: int
    name: str
    culture: Culture

    @property
    def domain(self) -> str:
        return f"client{self.id}.example"


class Site(NamedTuple):
    id: int
    name: str
    client: Client


class Person(NamedTuple):
    id: int
    name: str
    site: Site


class Product(NamedTuple):
    id: int
    name: str


class Contract(NamedTuple):
    id: int
    ref: str
    client_id: int


# Client 1 means "unknown" wherever a client is required (halo-api.md section 4).
UNKNOWN = Client(1, "Unknown", CULTURES[0])


@dataclass
class References:
    """The possible references in one tenant, collected while its records are generated."""

    seed: int
    logos: bool = False
    clients: list[Client] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    contracts: dict[int, list[Contract]] = field(default_factory=dict)
    sites_by_id: dict[int, Site] = field(default_factory=dict)
    sites_of: dict[int, list[Site]] = field(default_factory=dict)
    people_of: dict[int, list[Person]] = field(default_factory=dict)
    main_sites: int = 0  # clients that have their first site
    general_users: int = 0  # sites that have their "General User"

    def client(self, rng: SeededRandom) -> Client:
        """Return any client but "Unknown", which owns almost nothing in a well-kept tenant."""
        if len(self.clients) < 2:
            return UNKNOWN
        return self.clients[rng.between(1, len(self.clients) - 1)]

    def site(self, rng: SeededRandom) -> Site:
        if not self.sites:
            return Site(0, "", self.client(rng))
        return rng.pick(self.sites)

    def site_of(self, client: Client, rng: SeededRandom) -> Site:
        sites = self.sites_of.get(client.id)
        return rng.pick(sites) if sites else Site(0, "", client)

    def person_at(self, site: Site, rng: SeededRandom) -> Person | None:
        people = self.people_of.get(site.id)
        return rng.pick(people) if people else None

    def contract_of(self, client_id: int, rng: SeededRandom) -> Contract | None:
        contracts = self.contracts.get(client_id)
        return rng.pick(contracts) if contracts else None

    def add_client(self, client: Client) -> None:
        self.clients.append(client)

    def add_site(self, site: Site) -> None:
        self.sites.append(site)
        self.sites_by_id[site.id] = site
        self.sites_of.setdefault(site.client.id, []).append(site)

    def add_person(self, person: Person) -> None:
        self.people_of.setdefault(person.site.id, []).append(person)

    def add_contract(self, contract: Contract) -> None:
        self.contracts.setdefault(contract.client_id, []).append(contract)
