"""Parts of addresses that stand for something: a PSA and a record type."""

from __future__ import annotations

import re

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

from portal.psa.adapter import PsaAdapter
from portal.psa.registry import ADAPTERS
from portal.sync.record_types import RecordType


class PsaConverter(BaseConverter):
    """A PSA by its slug. An address with an unknown slug leads to no page."""

    # With a check in to_python instead, Werkzeug would answer a POST with 405.
    regex = "|".join(re.escape(slug) for slug in ADAPTERS)

    def to_python(self, value: str) -> PsaAdapter:
        return ADAPTERS[value]

    def to_url(self, value: PsaAdapter | str) -> str:
        return value.slug if isinstance(value, PsaAdapter) else value


class RecordTypeConverter(BaseConverter):
    """A record type by its name. An address with an unknown name leads to no page."""

    def to_python(self, value: str) -> RecordType:
        try:
            return RecordType(value)
        except ValueError as error:
            raise ValidationError from error


def init_app(app: Flask) -> None:
    app.url_map.converters.update(psa=PsaConverter, record_type=RecordTypeConverter)
