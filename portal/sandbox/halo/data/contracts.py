"""Contracts (halo-api.md section 4.7)."""

from __future__ import annotations

from portal.sandbox.halo.data.common import Fields, custom_fields, paragraph
from portal.sandbox.halo.data.dates import EMPTY, halo_date, halo_day
from portal.sandbox.halo.data.references import Contract, References
from portal.sandbox.record_factory import DAY, EPOCH, NewRecord
from portal.sandbox.seeded_random import SeededRandom

_TYPES = ((1, "Managed"), (2, "Prepaid hours"), (3, "Hardware support"), (4, "Licences"))
BILLING_PERIODS = {1: "Weekly", 2: "Monthly", 4: "Quarterly"}
_TITLES = ("Managed Services", "Backup & recovery", "Wartung", "Support όλο το 24ωρο", "保守契約", "Security bundle")


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    client = references.client(rng)
    ref = f"C-{new.id:04d}"
    references.add_contract(Contract(new.id, ref, client.id))
    type_id, type_name = rng.pick(_TYPES)
    start = EPOCH - rng.between(30, 1500) * DAY
    whole_client = rng.chance(0.7)
    site = None if whole_client else references.site_of(client, rng)
    return {
        "id": new.id,
        "ref": ref,
        "refextra": rng.pick(_TITLES),
        "refextra2": "",
        "client_id": client.id,
        "client_name": client.name,
        "site_id": site.id if site else 0,
        "site_name": site.name if site else None,
        "contracttype": type_id,
        "contracttype_name": type_name,
        "start_date": halo_day(start),
        "end_date": _end(rng, active=new.active),
        "started": True,
        "expired": not new.active,
        "active": new.active,
        "contract_status": "Active" if new.active else "Expired",
        "status": 0 if new.active else 2,
        "subtype": 0,
        "billingcategory": 1,
        "billingdescription": 0,
        "billingperiod": rng.pick((1, 2, 4)),
        "periodchargeamount": rng.money(40, 6000),
        "cost_calculation": "0",
        "next_invoice_date": halo_day(EPOCH + rng.between(1, 90) * DAY) if new.active else EMPTY,
        "periodicinvoicenextdate": EMPTY,
        "next_call_date": EMPTY,
        "asset_end_date": EMPTY,
        "asset_value": 0.0,
        "numberofunitsfree": 0.0,
        "prepayrecurringchargebp": 0,
        "force_recalculation": False,
        "sent_to_oracle": False,
        "accounts_override_mailbox": 0,
        "createdby_id": rng.between(2, 9),
        "createdby_name": "Agent",
        "sla_id": -1,
        "note": paragraph(rng, 3),
        "customfields": custom_fields(rng, 3),
        "last_modified": halo_date(new.updated),
        "table": 0,
        "use": "contract",
        "key": new.id,
    }


def detail(references: References, rng: SeededRandom, row: Fields) -> Fields:
    """Add the keys that only `/ClientContract/{id}` returns."""
    del references
    return {
        "sites": [],
        "periods": [],
        "billing_period_string": BILLING_PERIODS[row["billingperiod"]],
        "notice_period": rng.pick((30, 60, 90)),
        "datecreated": halo_date(rng.between(1_600_000_000, 1_750_000_000)),
    }


def _end(rng: SeededRandom, *, active: bool) -> str:
    """Return an open end, which is a date in the far future or in 1900 (halo-api.md section 4.7)."""
    if not active:
        return halo_day(EPOCH - rng.between(1, 200) * DAY)
    if rng.chance(0.15):
        return rng.pick((EMPTY, "9999-12-31T00:00:00"))
    return halo_day(EPOCH + rng.between(20, 1000) * DAY)
