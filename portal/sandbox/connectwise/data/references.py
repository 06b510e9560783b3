"""The records that others refer to, so that every reference is valid."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from portal.sandbox.connectwise.data.common import Fields, reference
from portal.sandbox.seeded_random import SeededRandom
from portal.sandbox.words import CULTURES, Culture

COMPANIES = "company/companies"


class Company(NamedTuple):
    id: int
    identifier: str
    name: str
    culture: Culture

    @property
    def domain(self) -> str:
        return f"{self.identifier.lower()}.example"

    def reference(self) -> Fields:
        return reference(self.id, self.name, COMPANIES, identifier=self.identifier)


class Site(NamedTuple):
    id: int
    name: str
    company: Company

    def reference(self) -> Fields:
        return reference(self.id, self.name, f"{COMPANIES}/{self.company.id}/sites")


class Person(NamedTuple):
    id: int
    name: str
    site: Site

    def reference(self) -> Fields:
        return reference(self.id, self.name, "company/contacts")


# For a tenant without companies.
_NOBODY = Company(0, "Catchall", "Catchall", CULTURES[0])


@dataclass
class References:
    """The possible references in one tenant, collected while its records are generated."""

    seed: int
    company_id: str
    companies: list[Company] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    sites_of: dict[int, list[Site]] = field(default_factory=dict)
    people_of: dict[int, list[Person]] = field(default_factory=dict)
    main_sites: int = 0  # companies that have their first site

    def company(self, rng: SeededRandom) -> Company:
        return rng.pick(self.companies) if self.companies else _NOBODY

    def site(self, rng: SeededRandom) -> Site:
        return rng.pick(self.sites) if self.sites else Site(0, "", self.company(rng))

    def person_at(self, site: Site, rng: SeededRandom) -> Person | None:
        people = self.people_of.get(site.id)
        return rng.pick(people) if people else None

    def add_site(self, site: Site) -> None:
        self.sites.append(site)
        self.sites_of.setdefault(site.company.id, []).append(site)

    def forget(self, companies: Collection[int]) -> None:
        """Let no new record refer to these companies or their sites."""
        self.companies = [each for each in self.companies if each.id not in companies]
        self.sites = [each for each in self.sites if each.company.id not in companies]
        self.main_sites = min(self.main_sites, len(self.companies))

    def forget_sites(self, sites: Collection[int]) -> None:
        self.sites = [each for each in self.sites if each.id not in sites]

    def add_person(self, person: Person) -> None:
        self.people_of.setdefault(person.site.id, []).append(person)
