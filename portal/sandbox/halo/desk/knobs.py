"""Descriptions of Halo's own knobs. Every knob in halo/settings.py needs one here."""

from __future__ import annotations

from typing import Final

from portal.sandbox.desk.switches.shared_knobs import LIMITS, OTHERS, SHARED_KNOBS, WEBHOOKS
from portal.sandbox.desk.switches.words import Group, SettingText

GROUPS: Final = (
    Group("paging", "Paging", "How many rows a list page really has, and what follows the last one."),
    Group("counts", "Counts and sizes", "What a list reports about itself, true or not."),
    Group("clock", "Dates and time zone", "How Halo reads a list's date filter, and in which time zone."),
    Group("flicker", "Values that flicker", "Responses that differ although nothing has changed."),
    Group("details", "Details and odd text", "Fields that only single records have, and unreadable names."),
    LIMITS,
    Group("tokens", "Tokens and login", "How Halo issues access tokens, and when they expire."),
    Group("identity", "What Halo says about itself", "The pages that the wizard and the version check read."),
    WEBHOOKS,
    OTHERS,
)

KNOBS: Final[dict[str, SettingText]] = {
    **SHARED_KNOBS,
    "caps": SettingText(
        "Largest page",
        "A page of this type never has more rows, whatever size was requested. Blank means Halo's usual cap.",
        "paging",
        least=1,
    ),
    "past_end": SettingText(
        "Page after the last one",
        "What a list returns for a page past its end.",
        "paging",
        says={"empty": "no rows", "repeat": "the first page again", "repeat_last": "the last page again"},
    ),
    "stated_page_size": SettingText(
        "Page size in the answer",
        "The size that a list claims for its page.",
        "counts",
        says={"granted": "the size granted", "asked": "the size asked for", "nothing": "no size"},
    ),
    "stated_record_count": SettingText(
        "Record count in the answer",
        "The number of records that a list claims.",
        "counts",
        says={"total": "all records", "page": "the rows of this page only", "nothing": "no count"},
    ),
    "local_dates": SettingText(
        "Date filter in local time",
        "Hours ahead of UTC in which this type reads the date filter: -5 is New York in winter. Blank means UTC.",
        "clock",
        least=-14,
    ),
    "ignores_update_filter": SettingText(
        "Types that ignore the date filter",
        "Asked for the records changed since a date, these lists return all records.",
        "clock",
    ),
    "flickers": SettingText(
        "What differs between responses",
        "Each one changes how a record looks although nobody changed it.",
        "flicker",
        says={
            "computed": "values computed per request, such as the age of a ticket",
            "numbers": "numbers written another way: 21, 21.0, “21”",
            "order": "the order of the keys",
            "nulls": "keys without a value, present or missing",
        },
    ),
    "thin_lists": SettingText(
        "Thin lists",
        "Lists leave custom fields and notes empty that single records have, and write zeros differently.",
        "details",
    ),
    "custom_fields_in_lists": SettingText(
        "Custom fields in lists",
        "When a list includes custom fields. Single records always have them.",
        "details",
        says={
            "always": "always",
            "when_asked": "when include_custom_fields names them",
            "never": "never, whatever is requested",
        },
    ),
    "custom_fields_shape": SettingText(
        "Shape of custom fields",
        "How custom fields are written.",
        "details",
        says={"list": "a list of entries, as usual", "map": "values by name"},
    ),
    "password_fields": SettingText(
        "Password fields",
        "Every record has a password in a custom field, and another in a custom table.",
        "details",
    ),
    "odd_text": SettingText(
        "Names with broken text",
        "Puts text into a record's name that strict JSON readers refuse: half_surrogate, control_character,"
        ' broken_utf8 or broken_json. As JSON: {"clients": {"12": "half_surrogate"}}.',
        "details",
    ),
    "has_opportunity_flag": SettingText(
        "Single records show if they are opportunities", "A single record has is_opportunity.", "details"
    ),
    "lists_ticket_types": SettingText(
        "Ticket types show their use", "The list of ticket types says which are for opportunities.", "details"
    ),
    "retry_after": SettingText(
        "Retry-After with a 429",
        "Whether a 429 says when to retry.",
        "limits",
        says={"off": "doesn't say", "seconds": "in seconds", "date": "as a date"},
    ),
    "token_lifetime": SettingText("Seconds a token is valid", "After that, Halo answers 401.", "tokens", least=0),
    "expires_in": SettingText(
        "Seconds the token response claims",
        "The lifetime in the token response. Blank means the real one.",
        "tokens",
        least=0,
    ),
    "token_calls": SettingText(
        "Requests a token is valid for",
        "Halo refuses a token after this many requests, however new it is. Blank means no limit.",
        "tokens",
        least=0,
    ),
    "single_token": SettingText("One token at a time", "Each new token makes the older ones invalid.", "tokens"),
    "opaque_tokens": SettingText(
        "Opaque tokens", "Tokens are random text instead of JWTs that can be read.", "tokens"
    ),
    "strict_tenant": SettingText(
        "Check the tenant name", "A login with another tenant's name is refused, even at this address.", "tokens"
    ),
    "tenant_error": SettingText(
        "Response to a wrong tenant",
        "What Halo returns if the tenant's name is wrong.",
        "tokens",
        says={"html": "the login page, with status 200", "json": "a JSON error, with status 400"},
    ),
    "require_user_agent": SettingText("Require a User-Agent", "Requests without a User-Agent get 401.", "tokens"),
    "authinfo": SettingText(
        "Response of /api/authinfo",
        "The whole response as JSON, instead of the real Auth Server and tenant. Blank means the real one.",
        "identity",
    ),
    "profile": SettingText(
        "Changes to the agent's profile",
        "JSON merged into the response of /api/Agent/me. A null removes the key.",
        "identity",
    ),
    "version": SettingText(
        "Version of Halo", "What /api/InstanceInfo reports. Change it to play an upgrade of Halo.", "identity"
    ),
    "entity_words": SettingText(
        "What webhooks call a record",
        "The entity's name in webhook bodies, if it isn't the usual one. Example: ticket for opportunities.",
        "webhooks",
    ),
}
