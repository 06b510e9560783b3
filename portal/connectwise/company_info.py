"""What a site tells without a login about one of its companies (connectwise-api.md section 1)."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import msgspec

from portal.json_errors import JSON_ERRORS
from portal.outbound import CallLimits, OutboundClient, Response

LIMITS: Final = CallLimits(seconds=15, size=64 * 1024)


class CompanyInfo(msgspec.Struct, rename="pascal"):
    """`is_cloud` is true, false or "True". Newer servers also name the host of the API in `site_url`."""

    company_name: str | None = None
    company_id: str | None = msgspec.field(default=None, name="CompanyID")
    codebase: str | None = None
    is_cloud: Any = None
    site_url: str | None = None


def ask(client: OutboundClient, site: str, company_id: str, limits: CallLimits = LIMITS) -> Response:
    """Request a company, which is public. Raises OutboundError."""
    return client.get(f"{site}/login/companyinfo/{quote(company_id, safe='')}", limits=limits)


def read(response: Response) -> CompanyInfo | None:
    """Parse the response; None if it does not describe a company."""
    if response.status != 200:
        return None
    try:
        found = msgspec.json.decode(response.body, type=CompanyInfo)
    except JSON_ERRORS:
        return None
    return found if found.codebase or found.company_id or found.company_name else None


def is_unknown(response: Response) -> bool:
    """Whether the site says that it does not have this company: it answers null."""
    return response.status == 200 and response.body.strip() == b"null"
