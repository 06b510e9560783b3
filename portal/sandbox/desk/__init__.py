"""The desk: web pages at /_sandbox/desk for operating a simulated PSA by hand.

It shows and changes records, settings, faults and webhooks. What it needs to know of a PSA comes from a
`Description` (description.py), and what it does goes through a `SimulatedPsa` (simulated_psa.py); each simulated PSA
brings both in a folder `desk`. The pages are generated from the sandbox's structs and the description's tables, so a
new setting, fault or webhook option appears automatically; a test checks that it has an explanation.
"""

from __future__ import annotations
