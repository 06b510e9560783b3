"""The forms of a page, with the values that a browser would send unchanged."""

from __future__ import annotations

from html.parser import HTMLParser

Values = dict[str, list[str]]


def forms(html: str) -> list[Values]:
    """Return what each form sends, without its buttons."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Values] = []
        self._select: tuple[str, list[str]] | None = None
        self._textarea: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "form":
            self.forms.append({})
        elif tag == "input" and name and (found.get("type") not in {"checkbox", "radio"} or "checked" in found):
            self._add(name, value)
        elif tag == "select":
            self._select = (name, [])
        elif tag == "textarea":
            self._textarea = (name, "")
        elif tag == "option" and self._select:
            chosen = self._select[1]
            if "selected" in found:
                chosen[:] = ["selected", value]
            elif not chosen:
                chosen[:] = ["first", value]

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._textarea = (self._textarea[0], self._textarea[1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self._add(self._select[0], self._select[1][1])
            self._select = None
        elif tag == "textarea" and self._textarea:
            self._add(*self._textarea)
            self._textarea = None

    def _add(self, name: str, value: str) -> None:
        if self.forms:
            self.forms[-1].setdefault(name, []).append(value)
