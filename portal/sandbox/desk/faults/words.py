"""Descriptions of the faults that every simulated PSA has. Every fault in portal/sandbox/faults.py needs one here."""

from __future__ import annotations

from typing import Final

from portal.sandbox.desk.switches.controls import OTHER
from portal.sandbox.desk.switches.words import Group, SettingText

GROUPS: Final = (
    Group("answer", "Wrong response", "The response isn't what was asked for."),
    Group("way", "In transit", "The response is right, but it doesn't arrive as it should."),
    Group("figures", "A list's counts and pages", "Only lists are affected."),
    Group("rows", "A list's rows, and records", "The rows have unexpected contents."),
    Group(OTHER, "Other", "Faults that belong to no group yet."),
)

SHARED_FAULTS: Final[dict[str, SettingText]] = {
    "status": SettingText("An error status", "Answers with the status under Details, 500 by default.", "answer"),
    "html": SettingText("A maintenance page", "Answers 200 with an HTML page instead of JSON.", "answer"),
    "empty": SettingText("An empty body", "Answers 200 with nothing in it.", "answer"),
    "gzip": SettingText("Gzip", "Compresses the body with gzip, requested or not.", "way"),
    "gzip_twice": SettingText("Gzip twice", "Compresses the body with gzip, then compresses it again.", "way"),
    "brotli": SettingText("Brotli", "Compresses the body with brotli, unrequested.", "way"),
    "deflate": SettingText("Deflate", "Compresses the body with deflate, unrequested.", "way"),
    "redirect": SettingText("A redirect", "Sends the caller to another address.", "answer"),
    "truncated": SettingText(
        "Half of the body", "The JSON ends in the middle; the HTTP around it is valid.", "answer"
    ),
    "slow": SettingText("A slow answer", "Waits for the time under Details, then answers.", "way"),
    "hold": SettingText("No answer for now", "Holds the answer until this fault is cleared.", "way"),
    "drip": SettingText("A drip of bytes", "Sends a few bytes at a time, with a wait between them.", "way"),
    "reset": SettingText(
        "A cut connection", "Cuts the connection before the response, or within it after a number of bytes.", "way"
    ),
    "huge": SettingText("An endless answer", "Sends a list of 3 GB, or of the size under Details.", "way"),
    "wrong_types": SettingText("Wrong types", "Text for numbers and lists for text, in every second row.", "rows"),
    "bad_ids": SettingText(
        "Impossible numbers", "Ids of the first rows are 0, -1, null, a word and a fraction.", "rows"
    ),
    "text_ids": SettingText("Numbers as text", "Ids are right, but written as text.", "rows"),
    "nul_bytes": SettingText("NUL characters", "Every text ends with a NUL, which PostgreSQL refuses.", "rows"),
    "huge_strings": SettingText("A million characters", "The notes of three rows are a megabyte each.", "rows"),
    "odd_dates": SettingText("Odd dates", "Year 1, year 9999, “yesterday” and 30 February.", "rows"),
    "not_objects": SettingText("Null instead of a record", "The first row is null.", "rows"),
}

FIELDS: Final[dict[str, SettingText]] = {
    "on": SettingText("Where", "The requests it affects."),
    "page": SettingText("Only page", "Blank means any page of a list.", least=1),
    "after": SettingText("Let by first", "How many requests succeed first.", least=0),
    "every": SettingText("Then one in", "1 means every request, 5 every fifth.", least=1),
    "times": SettingText("Times", "Blank means no limit.", least=1),
    "lasts": SettingText("Lasts", "Seconds on the sandbox's clock. Blank means no end.", least=0),
    "tenant": SettingText("Only tenant", "Known by its credentials. Blank means any."),
    "host": SettingText("Only host", "The name that was called. Blank means any."),
    "status": SettingText("Status", "Of an error or a redirect.", least=200),
    "body": SettingText("Body", "Of an error status: nothing, text or JSON."),
    "seconds": SettingText("Seconds", "For slow, drip and too many requests.", least=0),
    "size": SettingText("Size", "Bytes, or extra rows for a wrong count.", least=0),
    "chunked": SettingText("Chunked", "An endless response doesn't say how long it is."),
    "location": SettingText("Location", "Of a redirect. Blank means a made-up login page."),
}
