"""Webhooks as Halo sends them (halo-api.md section 6): who is told, what is written, how it is signed, and sent.

What Halo was never seen to send is marked INFERRED.
"""

from __future__ import annotations
