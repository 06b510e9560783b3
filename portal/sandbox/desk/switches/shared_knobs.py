"""Descriptions of the knobs that every simulated PSA has. Every knob in portal/sandbox/knobs.py needs one here."""

from __future__ import annotations

from typing import Final

from portal.sandbox.desk.switches.words import Group, SettingText

LIMITS: Final = Group("limits", "Speed and limits", "How quickly it responds, and how many requests it allows.")
WEBHOOKS: Final = Group("webhooks", "Webhooks", "How webhooks are sent, whatever they carry.")
OTHERS: Final = Group("other", "Other", "Switches that belong to no group yet.")

SHARED_KNOBS: Final[dict[str, SettingText]] = {
    "latency": SettingText("Seconds before each answer", "How long it waits before it answers.", "limits", least=0),
    "quota": SettingText(
        "Requests allowed per window",
        "After this many requests in a window, it answers 429. 0 means no limit.",
        "limits",
        least=0,
    ),
    "quota_window": SettingText(
        "Length of the window in seconds", "Requests older than this no longer count.", "limits", least=0.1
    ),
    "webhook_timeout": SettingText(
        "Seconds a receiver may take", "A delivery that takes longer counts as failed.", "webhooks", least=0.01
    ),
    "webhook_queue": SettingText(
        "Deliveries that may wait",
        "While this many are waiting, further events are never sent.",
        "webhooks",
        least=0,
    ),
}
