"""Fields of contracts (halo-api.md section 4.7: list ContractHeader_List, detail ContractHeader)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.halo.record_fields.values import UNKNOWN, active, reference
from portal.record_fields import Value
from portal.record_fields.values import Row, day, money, text


def fields(row: Row) -> Mapping[str, Value | None]:
    return {
        # `refextra` is the title, `ref` the contract number (INF).
        "name": text(row, "refextra", "ref"),
        "reference": text(row, "ref"),
        "type": text(row, "contracttype_name"),
        "status": text(row, "contract_status"),
        "active": active(row),
        "client": reference(row, "clients", ("client_id",), "client_name", unknown=UNKNOWN),
        "starts": day(row, "start_date"),
        # An open end is a date in 1900 or in the far future.
        "ends": day(row, "end_date"),
        "next_invoice": day(row, "next_invoice_date", "periodicinvoicenextdate"),
        # `billingperiod` is a number whose meaning is unknown; details have it in words.
        "billing_period": text(row, "billing_period_string"),
        "value_per_period": money(row, "periodchargeamount", "costperperiod"),
    }
