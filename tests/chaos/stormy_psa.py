"""What a storm knows of a PSA: its sandbox, how to connect it, and what can go wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.sandbox import Verbs
from tests.psa_copies import PsaCopy


@dataclass(frozen=True)
class StormyPsa:
    """A PSA that storms can be run against.

    `spawned` starts its sandbox, `set_up` connects an account to it up to the wizard's last step, and `copy` compares
    the account's records with the sandbox's. `page_query` is in the query of every page of a list, and of no other
    request. Requests of the kind `detail_kind` each fetch the details of one record of the type `details_of`. Records
    of the types `without_state` cannot be deactivated.

    `calm` are the knobs of a PSA that behaves; its small pages make many points for kills. `behaviours` are the ways
    in which it may behave otherwise, and `page_sizes` those that it may change to at any time. `edits` are what may
    happen to records besides what may in every PSA; each takes the sandbox and a seed. `faults` are planned on a
    type's list; `rate_limit` is the one that refuses a request because of the rate limit.
    """

    slug: str
    name: str
    spawned: Callable[..., AbstractContextManager[Verbs]]
    set_up: Callable[[Account, Any], Integration]
    copy: Callable[[Any, Integration], PsaCopy[Any]]
    types: tuple[str, ...]
    without_state: frozenset[str]
    page_query: str
    rate_limit: str
    calm: Mapping[str, Any]
    behaviours: Mapping[str, tuple[Any, ...]]
    faults: tuple[Mapping[str, Any], ...]
    page_sizes: tuple[int, ...]
    edits: Mapping[str, Callable[[Any, int], Any]] = field(default_factory=dict)
    detail_kind: str = ""
    details_of: str = ""
