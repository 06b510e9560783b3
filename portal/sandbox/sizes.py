"""How many records of each type a tenant has."""

from __future__ import annotations

DEFAULT_RECORDS = 1500

# Typical proportions of record types in an MSP's tenant, in percent.
PROPORTIONS = {
    "clients": 4,
    "sites": 6,
    "contacts": 42,
    "products": 4,
    "assets": 30,
    "opportunities": 10,
    "contracts": 4,
}


def sizes_for(records: int, **exact: int) -> dict[str, int]:
    """Distribute records over the types in realistic proportions; `exact` numbers take precedence."""
    sizes = {name: records * share // 100 for name, share in PROPORTIONS.items()}
    sizes["contacts"] += records - sum(sizes.values())  # the rounding remainder
    return sizes | exact
