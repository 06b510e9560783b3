"""What each fault does. A fault that is new in faults.py or row_faults.py needs its sentence here."""

from __future__ import annotations

from typing import Final

from portal.sandbox.halo.desk.switches.controls import OTHER
from portal.sandbox.halo.desk.switches.words import Group, Words

GROUPS: Final = (
    Group("answer", "Wrong response", "The response isn't what was asked for."),
    Group("way", "In transit", "The response is right, but it doesn't arrive as it should."),
    Group("figures", "A list's counts and pages", "Only lists are affected."),
    Group("rows", "A list's rows, and records", "The rows have unexpected contents."),
    Group(OTHER, "Other", "Faults that belong to no group yet."),
)

FAULTS: Final[dict[str, Words]] = {
    "status": Words("An error status", "Answers with the status under Details, 500 by default.", "answer"),
    "rate_limit": Words("Too many requests", "Answers 429 although the quota isn't used up.", "answer"),
    "html": Words("A maintenance page", "Answers 200 with an HTML page instead of JSON.", "answer"),
    "empty": Words("An empty body", "Answers 200 with nothing in it.", "answer"),
    "refused_client": Words(
        "Refused credentials", "The token page refuses the client, as if the secret were wrong.", "answer"
    ),
    "gzip": Words("Gzip", "Compresses the body with gzip, requested or not.", "way"),
    "gzip_twice": Words("Gzip twice", "Compresses the body with gzip, then compresses it again.", "way"),
    "brotli": Words("Brotli", "Compresses the body with brotli, unrequested.", "way"),
    "deflate": Words("Deflate", "Compresses the body with deflate, unrequested.", "way"),
    "redirect": Words("A redirect", "Sends the caller to another address.", "answer"),
    "truncated": Words("Half of the body", "The JSON ends in the middle; the HTTP around it is valid.", "answer"),
    "slow": Words("A slow answer", "Waits for the time under Details, then answers.", "way"),
    "hold": Words("No answer for now", "Holds the answer until this fault is cleared.", "way"),
    "drip": Words("A drip of bytes", "Sends a few bytes at a time, with a wait between them.", "way"),
    "reset": Words(
        "A cut connection", "Cuts the connection before the response, or within it after a number of bytes.", "way"
    ),
    "huge": Words("An endless answer", "Sends a list of 3 GB, or of the size under Details.", "way"),
    "repeated_page": Words("The page before", "Sends the page before the one that was asked for.", "figures"),
    "lying_count": Words("A wrong count", "Counts 7 rows more than there are, or as many as Size.", "figures"),
    "no_rows": Words("No rows", "Answers as if there were nothing of this type.", "figures"),
    "null_list": Words("Null instead of rows", "Writes null instead of the rows, and keeps the count.", "figures"),
    "wrong_types": Words("Wrong types", "Text for numbers and lists for text, in every second row.", "rows"),
    "bad_ids": Words("Impossible numbers", "Ids of the first rows are 0, -1, null, a word and a fraction.", "rows"),
    "text_ids": Words("Numbers as text", "Ids are right, but written as text.", "rows"),
    "nul_bytes": Words("NUL characters", "Every text ends with a NUL, which PostgreSQL refuses.", "rows"),
    "huge_strings": Words("A million characters", "The notes of three rows are a megabyte each.", "rows"),
    "odd_dates": Words("Odd dates", "Year 1, year 9999, “yesterday” and 30 February.", "rows"),
    "not_objects": Words("Null instead of a record", "The first row is null.", "rows"),
    "thin_rows": Words("Missing keys", "Rows lack the keys that not every view of a list has.", "rows"),
}

FIELDS: Final[dict[str, Words]] = {
    "on": Words("Where", "The requests it affects."),
    "page": Words("Only page", "Blank means any page of a list.", least=1),
    "after": Words("Let by first", "How many requests succeed first.", least=0),
    "every": Words("Then one in", "1 means every request, 5 every fifth.", least=1),
    "times": Words("Times", "Blank means no limit.", least=1),
    "lasts": Words("Lasts", "Seconds on the sandbox's clock. Blank means no end.", least=0),
    "tenant": Words("Only tenant", "Known by its token. Blank means any."),
    "host": Words("Only host", "The name that was called. Blank means any."),
    "status": Words("Status", "Of an error or a redirect.", least=200),
    "body": Words("Body", "Of an error status: nothing, text or JSON."),
    "seconds": Words("Seconds", "For slow, drip and too many requests.", least=0),
    "size": Words("Size", "Bytes, or extra rows for a wrong count.", least=0),
    "chunked": Words("Chunked", "An endless response doesn't say how long it is."),
    "location": Words("Location", "Of a redirect. Blank means a made-up login page."),
}
