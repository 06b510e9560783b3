"""Descriptions of Halo's own faults. Every fault in halo/faults.py needs one here."""

from __future__ import annotations

from typing import Final

from portal.sandbox.desk.faults.words import SHARED_FAULTS
from portal.sandbox.desk.switches.words import SettingText

FAULTS: Final[dict[str, SettingText]] = {
    **SHARED_FAULTS,
    "rate_limit": SettingText("Too many requests", "Answers 429 although the quota isn't used up.", "answer"),
    "refused_client": SettingText(
        "Refused credentials", "The token page refuses the client, as if the secret were wrong.", "answer"
    ),
    "repeated_page": SettingText("The page before", "Sends the page before the one that was asked for.", "figures"),
    "lying_count": SettingText("A wrong count", "Counts 7 rows more than there are, or as many as Size.", "figures"),
    "no_rows": SettingText("No rows", "Answers as if there were nothing of this type.", "figures"),
    "null_list": SettingText(
        "Null instead of rows", "Writes null instead of the rows, and keeps the count.", "figures"
    ),
    "thin_rows": SettingText("Missing keys", "Rows lack the keys that not every view of a list has.", "rows"),
}
