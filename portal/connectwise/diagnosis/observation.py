"""Everything that a connection test observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.connectwise import company_info, system_info
from portal.connectwise.company_info import CompanyInfo
from portal.connectwise.credentials import Credentials
from portal.connectwise.my_security import Right
from portal.outbound import OutboundError, Response
from portal.psa.diagnosis import ListAccess

# A response, or the reason for not getting one; None if the request was not sent.
Reply = Response | OutboundError | None


@dataclass(frozen=True)
class Observation:
    """The replies in each stage of the test.

    `typed` are the values under test. `company` is the reply of the company check, `login` that of /system/info, and
    `companies` that of the first row of companies. `rights` are those of the member's role, if it may read them.
    """

    typed: Credentials
    company: Reply = None
    login: Reply = None
    companies: Reply = None
    lists: Mapping[str, ListAccess] = field(default_factory=dict)
    rights: tuple[Right, ...] = ()

    @property
    def known_company(self) -> CompanyInfo | None:
        return company_info.read(self.company) if isinstance(self.company, Response) else None

    @property
    def is_unknown_company(self) -> bool:
        return isinstance(self.company, Response) and company_info.is_unknown(self.company)

    @property
    def has_logged_in(self) -> bool:
        return isinstance(self.login, Response) and system_info.version(self.login) is not None
