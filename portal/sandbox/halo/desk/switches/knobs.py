"""Descriptions of knobs. Every knob in settings.py needs one here."""

from __future__ import annotations

from typing import Final

from portal.sandbox.halo.desk.switches.controls import OTHER
from portal.sandbox.halo.desk.switches.words import Group, SettingText

GROUPS: Final = (
    Group("paging", "Paging", "How many rows a page of a list really holds, and what follows the last one."),
    Group("counts", "Counts and sizes", "What a list says about itself. It need not be true."),
    Group("clock", "Dates and time zone", "How Halo reads the date filter of a list, and in whose time."),
    Group("flicker", "Values that flicker", "Answers that differ although nobody changed anything."),
    Group("details", "Details and odd text", "What only a record read by itself has, and unreadable names."),
    Group("limits", "Speed and limits", "How quickly Halo answers, and when it has had enough."),
    Group("tokens", "Tokens and log-in", "How Halo hands out access tokens, and when it takes them back."),
    Group("identity", "What Halo says about itself", "The pages that the wizard and the version check read."),
    Group("webhooks", "Webhooks", "How webhooks are sent, whatever they carry."),
    Group(OTHER, "Other", "Switches that belong to no group yet."),
)

KNOBS: Final[dict[str, SettingText]] = {
    "caps": SettingText(
        "Largest page",
        "A page of this type never holds more rows, whatever size was asked for. Blank keeps Halo's usual cap.",
        "paging",
        least=1,
    ),
    "past_end": SettingText(
        "Page after the last one",
        "What a list answers when a page past its end is asked for.",
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
        "Asked for the records changed since a date, their lists return all of them.",
        "clock",
    ),
    "flickers": SettingText(
        "What differs from answer to answer",
        "Each one changes how a record looks without anybody having changed it.",
        "flicker",
        says={
            "computed": "values computed when asked, such as the age of a ticket",
            "numbers": "numbers written another way: 21, 21.0, “21”",
            "order": "the order of the keys",
            "nulls": "keys without a value, there or left out",
        },
    ),
    "thin_lists": SettingText(
        "Thin lists",
        "Lists leave custom fields and notes empty that a record read by itself has, and write other zeros.",
        "details",
    ),
    "custom_fields_in_lists": SettingText(
        "Custom fields in lists",
        "When a list has the custom fields of its records. A record read by itself always has them.",
        "details",
        says={
            "always": "always",
            "when_asked": "when include_custom_fields names them",
            "never": "never, whatever is asked for",
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
        "Every record has a custom field that holds a password, and a table that holds another.",
        "details",
    ),
    "odd_text": SettingText(
        "Names with broken text",
        "Puts text into a record's name that strict JSON readers refuse: half_surrogate, control_character,"
        ' broken_utf8 or broken_json. As JSON: {"clients": {"12": "half_surrogate"}}.',
        "details",
    ),
    "has_opportunity_flag": SettingText(
        "Details tell opportunities from tickets", "A record read by itself says is_opportunity.", "details"
    ),
    "lists_ticket_types": SettingText(
        "Ticket types tell their use", "The list of ticket types says which are for opportunities.", "details"
    ),
    "latency": SettingText(
        "Seconds before each answer", "Halo waits this long before it answers.", "limits", least=0
    ),
    "quota": SettingText(
        "Requests allowed per window",
        "After so many requests in a window, Halo answers 429. 0 means no limit.",
        "limits",
        least=0,
    ),
    "quota_window": SettingText(
        "Length of the window in seconds", "Requests older than this no longer count.", "limits", least=0.1
    ),
    "retry_after": SettingText(
        "Retry-After with a 429",
        "Whether a refusal says when to come back.",
        "limits",
        says={"off": "does not say", "seconds": "in seconds", "date": "as a date"},
    ),
    "token_lifetime": SettingText(
        "Seconds a token is good for", "After that time Halo answers 401 to the token.", "tokens", least=0
    ),
    "expires_in": SettingText(
        "Seconds the token answer claims",
        "What the token answer says about its lifetime. Blank means the truth.",
        "tokens",
        least=0,
    ),
    "token_calls": SettingText(
        "Requests a token is good for",
        "Halo refuses a token after so many requests, however young it is. Blank means any number.",
        "tokens",
        least=0,
    ),
    "single_token": SettingText("One token at a time", "Each new token makes the older ones invalid.", "tokens"),
    "opaque_tokens": SettingText(
        "Opaque tokens", "Tokens are random text instead of JWTs that can be read.", "tokens"
    ),
    "strict_tenant": SettingText(
        "Check the tenant name", "A log-in with another tenant's name is refused even at this address.", "tokens"
    ),
    "tenant_error": SettingText(
        "Answer to a wrong tenant",
        "What comes back when the tenant's name is wrong.",
        "tokens",
        says={"html": "the log-in page, with status 200", "json": "a JSON error, with status 400"},
    ),
    "require_user_agent": SettingText(
        "Require a User-Agent", "Requests that do not name their program get 401.", "tokens"
    ),
    "authinfo": SettingText(
        "Answer of /api/authinfo",
        "The whole answer as JSON, in place of the true Auth Server and tenant. Blank means the truth.",
        "identity",
    ),
    "profile": SettingText(
        "Changes to the agent's profile",
        "JSON laid over the answer of /api/Agent/me. A null removes the key.",
        "identity",
    ),
    "version": SettingText(
        "Version of Halo", "What /api/InstanceInfo reports. Change it to play an upgrade of Halo.", "identity"
    ),
    "entity_words": SettingText(
        "What webhooks call a record",
        "The entity's name in webhook bodies, where it is not the usual one. Example: ticket for opportunities.",
        "webhooks",
    ),
    "webhook_timeout": SettingText(
        "Seconds a receiver may take", "A delivery that takes longer counts as failed.", "webhooks", least=0.01
    ),
    "webhook_queue": SettingText(
        "Deliveries that may wait",
        "While so many are waiting, whatever else happens is never sent.",
        "webhooks",
        least=0,
    ),
}
