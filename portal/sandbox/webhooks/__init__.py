"""Sends what a PSA announces to receivers on this machine: register, delivery log and sending thread."""

from __future__ import annotations
