"""Descriptions of ConnectWise's own faults. Every fault in connectwise/faults.py needs one here."""

from __future__ import annotations

from typing import Final

from portal.sandbox.desk.faults.words import SHARED_FAULTS
from portal.sandbox.desk.switches.words import SettingText

FAULTS: Final[dict[str, SettingText]] = {
    **SHARED_FAULTS,
    "throttled": SettingText("Too many requests", "Answers 429 although the quota isn't used up.", "answer"),
    "timeout": SettingText("A timeout", "Answers 500 with a text that names a timeout.", "answer"),
    "plain": SettingText("Plain text", "Answers 200 with text instead of JSON.", "answer"),
    "refused_key": SettingText("Refused keys", "Answers 401, as if the keys were wrong.", "answer"),
    "moved": SettingText("An upgrade", "Answers 404 once, and has another codebase from then on.", "answer"),
    "repeated_page": SettingText("The page before", "Sends the page before the one that was asked for.", "figures"),
    "no_rows": SettingText("No rows", "Answers as if there were nothing of this type.", "figures"),
    "null_list": SettingText("Null instead of a list", "Answers null instead of the list.", "figures"),
    "wrapped_list": SettingText("An object instead of a list", "Puts the list into an object.", "figures"),
}
