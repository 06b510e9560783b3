"""The geometry of charts, which templates draw as inline SVG. Numbers in, coordinates out.

Charts stretch to the width of their place, so they hold no text: labels are HTML beside them. Each chart has a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from types import SimpleNamespace
from typing import Final

from flask import Flask
from markupsafe import Markup, escape

WIDTH: Final = 1000
# Something small is still something.
LEAST: Final = 2.0
# The share of its place that a bar fills.
FILLED: Final = 0.78
WIDEST: Final = 24.0


@dataclass(frozen=True)
class Rect:
    """A rectangle named after what it stands for; the name picks its colour in static/css/charts.css."""

    name: str
    x: float
    y: float
    width: float
    height: float

    def __html__(self) -> str:
        """Return the SVG."""
        place = f'x="{self.x:g}" y="{self.y:g}" width="{self.width:g}" height="{self.height:g}"'
        return f'<rect class="chart-{self.name}" {place}/>'


@dataclass(frozen=True)
class Column:
    """One bar and the place that it stands in, which people click."""

    x: float
    width: float
    height: float
    rects: list[Rect]

    def link(self, address: str, title: str) -> Markup:
        """Return the SVG of a bar that leads somewhere. A chart has a hundred, which a template would draw slowly."""
        place = Rect("place", self.x, 0, self.width, self.height)
        shapes = "".join(rect.__html__() for rect in (place, *self.rects))
        words = f"<title>{escape(title)}</title>"
        return Markup(f'<a href="{escape(address)}" tabindex="-1">{words}{shapes}</a>')  # noqa: S704  # escaped


def init_app(app: Flask) -> None:
    functions = {"bars": bars, "top": top, "top_seconds": top_seconds, "line": line, "meter": meter}
    app.jinja_env.globals["charts"] = SimpleNamespace(**functions, width=WIDTH)


def bars(stacks: Sequence[Mapping[str, float]], height: int, highest: float) -> list[Column]:
    """Stack the named values of each bar from the bottom up. `highest` is the value at the top of the chart."""
    place = WIDTH / max(len(stacks), 1)
    return [_column(stack, number * place, place, height, highest) for number, stack in enumerate(stacks)]


def top(values: Sequence[float]) -> float:
    """Return a round number that is at least as high as all values, for the top of a chart: 1, 2 or 5, 10, 20 …"""
    highest = max(values, default=0)
    if highest <= 0:
        return 1
    power = float(10 ** floor(log10(highest)))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= highest)


def top_seconds(values: Sequence[float]) -> float:
    """Return a duration that is at least as long as all values: a round number of seconds, minutes or hours."""
    highest = max(values, default=0)
    unit = 1 if highest <= 60 else 60 if highest <= 3600 else 3600
    return top([highest / unit]) * unit


def line(values: Sequence[float], height: int, width: int) -> str:
    """Return the points of a line through the values, from left to right. A constant one runs through the middle."""
    lowest, spread = min(values), max(values) - min(values)
    inner, step = height - 2 * LEAST, width / max(len(values) - 1, 1)
    ys = [LEAST + inner * (1 - (value - lowest) / spread if spread else 0.5) for value in values]
    if len(ys) == 1:
        ys *= 2
        step = width
    return " ".join(f"{number * step:.1f},{y:.1f}" for number, y in enumerate(ys))


def meter(parts: Mapping[str, float], height: int, whole: float | None = None) -> list[Rect]:
    """Lay the parts side by side, in proportion to the whole: their sum, unless it is given."""
    whole = max(whole or 0, sum(parts.values()), 1)
    shown = {name: max(WIDTH * value / whole, 3 * LEAST) for name, value in parts.items() if value > 0}
    shrink = min(1, WIDTH / max(sum(shown.values()), 1))
    rects, x = [], 0.0
    for name, width in shown.items():
        rects.append(Rect(name, round(x, 1), 0, round(width * shrink, 1), height))
        x += width * shrink
    return rects


def _column(stack: Mapping[str, float], x: float, place: float, height: int, highest: float) -> Column:
    width = min(place * FILLED, WIDEST)
    rects, y = [], float(height)
    for name, value in stack.items():
        if value > 0:
            tall = min(max(height * value / highest, LEAST), y)
            y -= tall
            rects.append(Rect(name, x + (place - width) / 2, y, width, tall))
    return Column(x, place, height, rects)
