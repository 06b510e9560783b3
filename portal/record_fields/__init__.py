"""Record fields: what an MSP wants to know of a record, whichever PSA it came from.

`kinds` are the kinds of values, `declared` lists the fields of each record type, `written` turns values into the text
and JSON of exports. A PSA's adapter computes the values from the stored payload when they are read.
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
