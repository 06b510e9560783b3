"""The desk: web pages at /_sandbox/desk for operating the simulated Halo.

It shows and changes records, settings, faults and webhooks. The pages are generated from the sandbox's tables, so a
new setting, fault or webhook option appears automatically; a test checks that it has an explanation.
"""

from __future__ import annotations
