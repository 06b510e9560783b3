"""The searches of the pairing assistant."""

from __future__ import annotations

from typing import Final

from wtforms import SearchField, SelectField
from wtforms.fields import SelectChoice

from portal.routes.web.search_forms import SearchForm
from portal.services.pages.pairing_pages import Show

LONGEST_SEARCH: Final = 250


class ChooseForm(SearchForm):
    q = SearchField("Name, domain or number")

    @property
    def containing(self) -> str:
        return (self.q.data or "").replace("\0", "").strip()[:LONGEST_SEARCH]


class ListForm(ChooseForm):
    q = SearchField("Name")
    show = SelectField("List", choices=[SelectChoice(each.value, each.value) for each in Show])

    def wanted(self, default: Show) -> Show:
        """Return the chosen list, or the default if there is none of this name."""
        self.validate()
        return Show(self.chosen("show") or default)
