"""Texts, colours and icons for alerts."""

from __future__ import annotations

from typing import Final

from portal.models.alerts import AlertMoment, AlertState
from portal.services.alerts.destinations import SEVERITIES

# Text and colour.
ALERT_STATES: Final = {
    AlertState.QUEUED: ("Waiting", "azure"),
    AlertState.SENDING: ("Sending", "azure"),
    AlertState.SENT: ("Delivered", "green"),
    AlertState.FOLDED: ("In a summary", "secondary"),
    AlertState.DROPPED: ("Not needed", "secondary"),
    AlertState.GIVEN_UP: ("Failed", "red"),
}
ALERT_MOMENTS: Final = {
    AlertMoment.BEGUN: ("Problem", "alert-triangle"),
    AlertMoment.REMINDER: ("Reminder", "clock"),
    AlertMoment.OVER: ("Resolved", "circle-check"),
    AlertMoment.TEST: ("Test", "check"),
    AlertMoment.SUMMARY: ("Summary", "list-details"),
}
FOR_TEMPLATES: Final = {
    "alert_states": ALERT_STATES,
    "alert_moments": ALERT_MOMENTS,
    "alert_severities": SEVERITIES,
}
