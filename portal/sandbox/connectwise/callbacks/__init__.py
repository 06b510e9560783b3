"""Simulates the callbacks of ConnectWise, which are its webhooks (connectwise-api.md section 7)."""

from __future__ import annotations
