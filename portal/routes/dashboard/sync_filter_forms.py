"""The form of the Sync Filters tab: record types, and the filters of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from wtforms import BooleanField, DateField, HiddenField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional, ValidationError

from portal.models.integrations import Integration
from portal.psa.adapter import PsaAdapter
from portal.routes.web import current
from portal.routes.web.forms import TYPES, PsaForm
from portal.services.connecting.filter_choices import Choices
from portal.services.pages.record_lists import as_number
from portal.sync.filters import BY_TYPE, Filters, read
from portal.sync.record_types import RecordType

LARGEST_ID: Final = 2**63 - 1


class IdsField(SelectMultipleField):
    """The PSA's ids, ticked in a list. Without `validate_choice`, any id is valid."""

    def process_data(self, value: Iterable[int] | None) -> None:
        self.data = sorted(value or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            self.data = sorted({_id(value) for value in valuelist})
        except ValueError as error:
            self.data = []
            raise ValueError(f"One of these isn't a valid {current.psa().name} number.") from error

    def pre_validate(self, _form: Any) -> None:
        offered = {choice.value for choice in self.choices or []}
        if self.validate_choice and not offered.issuperset(self.data or []):
            raise ValidationError(f"One of these is no longer in {current.psa().name}. Check your selection.")


class DayField(DateField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Enter a date like 2026-01-31.") from error


class VersionField(HiddenField):
    """The version of the filters that the page showed; 0 if there was none.

    A form that does not say counts as 0, too: nobody knows what the person saw, so any version is news to them.
    """

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: Any = as_number(valuelist[0] if valuelist else "") or 0


class ChosenClientsForm(PsaForm):
    """Clients chosen one by one. They come from a search, so any id is valid."""

    include_clients = IdsField(
        "Only these clients",
        validate_choice=False,
        description="If you choose any, no other clients are synced.",
    )
    exclude_clients = IdsField(
        "All but these clients", validate_choice=False, description="Always excluded, whatever else they match."
    )


class FiltersForm(ChosenClientsForm):
    """Shows the stored filters. `choices` are the options of the lists, `latest` is the version that is shown."""

    latest = VersionField()
    record_types = SelectMultipleField("Record types", choices=TYPES)
    active_only = BooleanField("Active clients only", description="Excludes clients that are inactive in {psa}.")
    top_levels = IdsField(
        "Top levels", description="Only clients under these top levels. Select none for all clients."
    )
    relationships = IdsField(
        "Relationship types",
        description="Only clients with at least one of these relationship types. Select none for all clients.",
    )
    without_service_accounts = BooleanField(
        "Exclude service accounts", description="Users marked as service accounts in {psa}."
    )
    without_general_users = BooleanField(
        "Exclude General Users", description="The placeholder that {psa} creates for every site. It isn't a person."
    )
    product_groups = IdsField(
        "Product groups", description="Only products in these groups. Select none for all products."
    )
    asset_types = IdsField("Asset types", description="Only assets of these types. Select none for all assets.")
    open_opportunities_only = BooleanField(
        "Open opportunities only", description="Excludes opportunities that are won, lost or closed."
    )
    opportunities_since = DayField(
        "Opened since",
        [Optional()],
        description="Excludes opportunities opened before this date. Leave it blank for all.",
    )
    active_contracts_only = BooleanField(
        "Active contracts only", description="Excludes contracts that have expired or haven't started yet."
    )

    def __init__(self, integration: Integration, choices: Choices, latest: int, **options: Any) -> None:
        stored = msgspec.structs.asdict(read(integration.filters))
        super().__init__(data={**stored, "record_types": integration.record_types, "latest": latest}, **options)
        self.problem = choices.problem
        self._adapt(current.psa())
        for name, names in choices.lists.items():
            self._offer(self[name], names, stored[name])

    def filters(self) -> Filters:
        values = {name: self[name].data for name in Filters.__struct_fields__ if name in self}
        return msgspec.convert(values, Filters)

    def fields_of(self, record_type: RecordType) -> list[Any]:
        """Return the fields of a type's filters, without those that mean nothing in this PSA."""
        return [self[name] for name in BY_TYPE[record_type] if name in self]

    def number_set(self, record_type: RecordType) -> int:
        """Count the filters of a type that are set in the form."""
        return sum(bool(field.data) for field in self.fields_of(record_type))

    def is_wrong(self, record_type: RecordType) -> bool:
        return any(field.errors for field in self.fields_of(record_type))

    def _adapt(self, psa: PsaAdapter) -> None:
        """Say what the PSA calls the members of a list, and leave out the filters that mean nothing in it."""
        for name, called in psa.filter_options.called.items():
            self[name].description += f" {psa.name} calls them {called}."
        for name in psa.filter_options.missing:
            del self[name]

    def _offer(self, field: IdsField, names: Mapping[int, str], stored: frozenset[int]) -> None:
        """Offer the options. A stored option that no longer exists is shown as well, so that it can be unticked."""
        missing = {
            number: f"Number {number} (no longer in {current.psa().name})" for number in sorted(stored - names.keys())
        }
        field.choices = [SelectChoice(number, name) for number, name in {**names, **missing}.items()]
        # If the PSA did not send the list, it may be incomplete. Then accept any choice.
        field.validate_choice = not self.problem


def _id(value: str) -> int:
    """Parse an id. Raises ValueError if it is invalid."""
    if not (value.isascii() and value.isdigit() and 0 < int(value[:20]) <= LARGEST_ID):
        raise ValueError(value)
    return int(value)
