"""Record fields: what an MSP wants to see of a record, whichever PSA it came from.

`kinds` defines the kinds of values, `declared` lists the fields of each record type, `formatting` turns values into
text and JSON for exports. A PSA's adapter extracts the values from the stored payload when they are displayed, with
`payload`, `values` and `html`, which parse what all PSAs write alike.
"""

from __future__ import annotations

from portal.record_fields.declared import FIELDS, field
from portal.record_fields.kinds import Address, CustomField, Field, Kind, Money, RecordFields, Reference, Value, fits

__all__ = [
    "FIELDS",
    "Address",
    "CustomField",
    "Field",
    "Kind",
    "Money",
    "RecordFields",
    "Reference",
    "Value",
    "field",
    "fits",
]
