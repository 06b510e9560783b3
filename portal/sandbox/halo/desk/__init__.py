"""The desk: a page for people at /_sandbox/desk, where they run the simulated Halo by hand.

It shows and changes records, settings, faults and webhooks. What the sandbox can do is read from its own tables, so a
new setting, fault or webhook option appears here by itself; a test asks for a sentence that explains it.
"""

from __future__ import annotations
