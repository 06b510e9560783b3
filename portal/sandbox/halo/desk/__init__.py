"""A page for people at /_sandbox/desk: change a record of the simulated Halo by hand, and set up its webhooks."""

from __future__ import annotations
