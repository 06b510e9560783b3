"""Adds the forecast to an opportunity: its revenue is nowhere else (connectwise-api.md section 5)."""

from __future__ import annotations

from typing import Final

import msgspec

from portal.connectwise import pages, passwords, refusals, responses
from portal.connectwise.pages import Row
from portal.connectwise.responses import Kind
from portal.connectwise.server import Server
from portal.errors import PsaListError, PsaRefusedType
from portal.outbound import Response

# The key of the payload that holds the forecast. ConnectWise has no such key in its rows.
KEY: Final = "forecast"
PATH: Final = "sales/opportunities/{id}/forecast"
WORDS: Final = "forecasts of opportunities"


class Forecasts:
    """Fetches forecasts until ConnectWise refuses one for lack of a permission."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._are_refused = False

    def added(self, row: Row) -> Row:
        """Return the opportunity with its forecast, or as it is if it has none that may be read.

        Raises PsaError for a temporary failure: an opportunity without its forecast would look changed.
        """
        if row.facts is None or self._are_refused:
            return row
        try:
            forecast, _ = self._server.ask(PATH.format(id=row.facts.remote_id), {}, self._parse)
        except PsaListError as error:
            self._are_refused = isinstance(error, PsaRefusedType)
            return row
        if forecast is None:
            return row
        try:
            return row._replace(payload=pages.added(row.payload, KEY, msgspec.Raw(forecast)))
        except ValueError:
            return row

    def _parse(self, response: Response) -> bytes | None:
        match responses.kind_of(response):
            case Kind.ANSWER:
                return self._kept(pages.decode_record(response, WORDS))
            case Kind.RECORD_GONE:
                return None
            case _:
                raise refusals.refused(response, self._server.credentials, WORDS)

    @staticmethod
    def _kept(forecast: bytes) -> bytes | None:
        try:
            return passwords.without_passwords(forecast)
        except ValueError:
            return None
