"""The part of Source that is the same for every PSA with one list per record type."""

from __future__ import annotations

from portal.psa.source import IdList, Page, Row


class OrdinaryLists:
    """A base for clients of PSAs whose lists cover all clients, leave out deleted records, and lack no values."""

    requests_at_once: int | None = None

    def is_listed_per_client(self, record_type: str) -> bool:  # noqa: ARG002  # a PSA that differs overrides this
        return False

    def client_list(self, record_type: str, client_id: int) -> Page:
        raise NotImplementedError

    def needs_details(self, record_type: str) -> bool:  # noqa: ARG002  # as above
        return False

    def details(self, record_type: str, list_row: bytes) -> Row:
        raise NotImplementedError

    def reports_deleted(self, record_type: str) -> bool:  # noqa: ARG002  # as above
        return False

    def deleted_ids(self, record_type: str) -> IdList:
        raise NotImplementedError
