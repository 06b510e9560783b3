"""Simulates Halo's webhooks (halo-api.md section 6): subscriptions, payloads, authentication and sending.

Anything that Halo has not been seen to send is marked INFERRED.
"""

from __future__ import annotations
