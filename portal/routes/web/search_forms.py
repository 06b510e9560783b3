"""What the filter forms of lists share. Filters live in the address, so that people can share the link.

An invalid value counts as not set.
"""

from __future__ import annotations

from typing import Final

from flask import request
from flask_wtf import FlaskForm

from portal.services.pages.record_lists import as_number

# Years outside were typed by mistake, and may not exist in another time zone.
YEARS: Final = range(2000, 2200)


def id_of(name: str) -> int | None:
    """Read an id from the address; None if it is missing or cannot be an id."""
    return as_number(request.args.get(name, ""))


class SearchForm(FlaskForm):
    class Meta:
        csrf = False

    def chosen(self, name: str) -> str:
        """Return the chosen value; empty if there is none or it is invalid."""
        field = self[name]
        return "" if field.errors or not field.data else str(field.data)
