"""Descriptions of ConnectWise's own knobs. Every knob in connectwise/settings.py needs one here."""

from __future__ import annotations

from typing import Final

from portal.sandbox.connectwise.desk.tables import TITLES
from portal.sandbox.desk.switches.shared_knobs import LIMITS, OTHERS, SHARED_KNOBS
from portal.sandbox.desk.switches.words import Group, SettingText

GROUPS: Final = (
    Group("login", "Login", "How ConnectWise answers wrong or missing credentials."),
    Group("address", "Address and version", "What the company check and system/info report."),
    Group("paging", "Paging", "How many rows a page has, how pages are linked, and what follows the last one."),
    Group("conditions", "Conditions and fields", "What lists make of conditions, above all of lastUpdated."),
    Group("moving", "Lists that move", "Records that change while their list is being read."),
    Group("rows", "Values", "How rows are written."),
    LIMITS,
    Group("webhooks", "Callbacks", "How callbacks are signed and sent."),
    OTHERS,
)

KNOBS: Final[dict[str, SettingText]] = {
    **SHARED_KNOBS,
    "retry_after": SettingText(
        "Retry-After with a 429",
        "Whether a 429 says when to retry.",
        "limits",
        says={"off": "doesn't say", "seconds": "in seconds", "date": "as a date"},
    ),
    "most_at_once": SettingText(
        "Requests at once", "More requests at the same time get 429. 0 means no limit.", "limits", least=0
    ),
    "wrong_company": SettingText(
        "Response to a wrong company",
        "What requests with another company's name get.",
        "login",
        says={"cannot_route": "400, plain text", "unauthorized": "401", "not_found": "404"},
    ),
    "wrong_key": SettingText(
        "Response to wrong keys",
        "What requests with a wrong public or private key get.",
        "login",
        says={
            "unauthorized": "401",
            "user_not_authenticated": "401, UserNotAuthenticated",
            "empty": "401 without a body",
            "html": "a login page",
            "not_found": "404",
        },
    ),
    "client_id_error": SettingText(
        "Status for a wrong client ID", "What requests without a valid client ID get: 403, 401 or 400.", "login"
    ),
    "checks_client_id": SettingText("Check the client ID", "If off, requests need no client ID.", "login"),
    "checks_company_case": SettingText(
        "Company ID is case-sensitive", "If on, “Acme” is another company than “acme”.", "login"
    ),
    "ssl_required": SettingText(
        "SSL is required",
        "Every request gets “SSL is required.” with this status. 0 means none does.",
        "login",
        least=0,
    ),
    "info_needs_login": SettingText(
        "system/info needs a login", "If off, system/info answers without valid keys.", "login"
    ),
    "unknown_company": SettingText(
        "Company check of an unknown company",
        "What the company check returns for a company that does not exist.",
        "login",
        says={"null": "200 with null", "not_found": "404"},
    ),
    "codebase": SettingText(
        "Codebase", "The release in the company check. Change it to play an upgrade of ConnectWise.", "address"
    ),
    "version": SettingText("Version", "What system/info reports.", "address"),
    "cloud_text": SettingText("IsCloud as text", "The company check writes “True” instead of true.", "address"),
    "site_url": SettingText("SiteUrl", "The host in the company check. Blank means the sandbox's own.", "address"),
    "default_page_size": SettingText(
        "Rows without a page size", "How many rows a page has if no size was requested.", "paging", least=1
    ),
    "caps": SettingText(
        "Largest page",
        "A page of this type never has more rows, whatever size was requested. Blank means 1,000.",
        "paging",
        least=1,
        says=TITLES,
    ),
    "past_end": SettingText(
        "Page after the last one",
        "What a list returns for a page past its end.",
        "paging",
        says={"empty": "no rows", "repeat_last": "the last page again"},
    ),
    "link": SettingText(
        "Link header",
        "How a page refers to the next one.",
        "paging",
        says={
            "full": "next, previous, first and last",
            "next_only": "next only",
            "none": "no header",
            "foreign": "on another host",
            "without_conditions": "without the conditions",
        },
    ),
    "forgets_conditions": SettingText(
        "Forgets conditions", "From page 2 on, lists have all records, whatever the conditions are.", "paging"
    ),
    "no_forward_only": SettingText(
        "Types without forward-only paging",
        "They ignore it, send no Link header, and repeat page 1.",
        "paging",
        says=TITLES,
    ),
    "longest_url": SettingText("Longest URL", "Longer ones are refused. In characters.", "paging", least=1),
    "count": SettingText(
        "Answer of /count",
        "Whether a type's count is right. Blank means it is.",
        "paging",
        says=TITLES | {"exact": "right", "missing": "404"},
    ),
    "default_order": SettingText(
        "Order of lists",
        "The order of rows if none was requested.",
        "paging",
        says={"id": "by number", "updated": "by last update"},
    ),
    "update_filter": SettingText(
        "Condition on lastUpdated",
        "Wide: up to 36 hours more. Ignored: all records. Naive or Zulu only: no record for times with or without a"
        " Z. Local: in the tenant's time zone. Nothing: no record at all. Blank means exact.",
        "conditions",
        says=TITLES | {"naive_only": "naive only", "zulu_only": "Zulu only"},
    ),
    "hours_ahead": SettingText(
        "Hours ahead of UTC", "The tenant's time zone, for local conditions: -5 is New York in winter.", "conditions"
    ),
    "refused_conditions": SettingText(
        "Refused names",
        'Conditions with these names get 400, ApiFindCondition. As JSON: {"contacts": ["inactiveFlag"]}.',
        "conditions",
    ),
    "unknown_fields": SettingText(
        "Unknown names in fields",
        "What a request for fields that do not exist gets.",
        "conditions",
        says={"refused": "400", "ignored": "the other fields"},
    ),
    "keeps_info": SettingText(
        "Fields keep _info", "Rows with chosen fields have _info although nobody asked for it.", "conditions"
    ),
    "changes_between_pages": SettingText(
        "Records changed after each page", "So many records of the type change after each page.", "moving", least=0
    ),
    "deletes_between_pages": SettingText(
        "Records deleted after each page",
        "So many records of the type are deleted after each page.",
        "moving",
        least=0,
    ),
    "doubled_deleted": SettingText("Recycle bin twice", "Companies in the recycle bin are listed twice.", "moving"),
    "dirty_text": SettingText(
        "Dirty names",
        "What the name of every third record contains.",
        "rows",
        says={
            "trailing_blanks": "blanks at the end",
            "nul": "a NUL character",
            "zero_width": "zero-width characters",
        },
    ),
    "empty_references": SettingText(
        "Empty references", "A reference without a value is {} instead of missing.", "rows"
    ),
    "without_company": SettingText(
        "Types without a company", "Every fifth record of this type has no company.", "rows", says=TITLES
    ),
    "custom_values": SettingText(
        "Values of custom fields",
        "Whether a value always has its field's type.",
        "rows",
        says={"typed": "as the field's type says", "any": "text, numbers and objects, mixed"},
    ),
    "old_sites": SettingText(
        "Sites of old models", "Sites have “inactive” and “state”, as older versions write them.", "rows"
    ),
    "callback_pauses": SettingText(
        "Pauses before retries",
        "In seconds, one for each retry after 404, 409, 419 or 429. As JSON: [2, 4].",
        "webhooks",
    ),
    "bad_signature": SettingText("Bad signature", "Callbacks are signed with another key.", "webhooks"),
    "key_url": SettingText(
        "Address of the signing key", "The key_url in callbacks. Blank means the sandbox's own.", "webhooks"
    ),
    "doubled_callbacks": SettingText(
        "Callbacks twice", "Each callback is sent twice with the same MessageId.", "webhooks"
    ),
    "reordered_callbacks": SettingText(
        "Callbacks out of order", "Callbacks of one change are sent last first.", "webhooks"
    ),
}
