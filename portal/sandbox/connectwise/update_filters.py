"""What conditions on lastUpdated really do (connectwise-api.md sections 4 and 10)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from portal.sandbox.connectwise.conditions.row_values import LAST_UPDATED
from portal.sandbox.connectwise.conditions.tree import Combination, Comparison, Condition, Negation
from portal.sandbox.connectwise.conditions.words import Moment
from portal.sandbox.connectwise.settings import Knobs, UpdateFilter

_WIDER: Final = 36 * 3600.0
_ALWAYS: Final = Combination("and", ())
_NEVER: Final = Combination("or", ())


def distorted(condition: Condition | None, kind: str, knobs: Knobs) -> Condition | None:
    """Return the condition as this tenant reads it."""
    way = knobs.update_filter.get(kind, "exact")
    return condition if condition is None or way == "exact" else _distorted(condition, way, knobs.hours_ahead)


def _distorted(condition: Condition, way: UpdateFilter, hours_ahead: float) -> Condition:
    if isinstance(condition, Negation):
        return Negation(_distorted(condition.part, way, hours_ahead))
    if isinstance(condition, Combination):
        return replace(condition, parts=tuple(_distorted(part, way, hours_ahead) for part in condition.parts))
    if condition.path != LAST_UPDATED or not isinstance(condition.value, Moment):
        return condition
    return _by_time(condition, condition.value, way, hours_ahead)


def _by_time(comparison: Comparison, moment: Moment, way: UpdateFilter, hours_ahead: float) -> Condition:
    if way == "ignored":
        return _ALWAYS
    if way == "nothing" or way == ("naive_only" if moment.is_zoned else "zulu_only"):
        return _NEVER
    shift = 0.0
    if way == "wide":
        shift = -_WIDER if comparison.operator in {">", ">="} else _WIDER
    elif way == "local":
        shift = -hours_ahead * 3600
    return replace(comparison, value=moment._replace(seconds=moment.seconds + shift))
