"""Small pieces of HTML. Whatever comes from data goes through `escape`."""

from __future__ import annotations

from html import escape

from portal.sandbox.halo.desk.style import STYLE


def document(title: str, *body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{''.join(body)}</body></html>"
    )


def form(do: str, *fields: str) -> str:
    """Post back to the page that it stands on, and so to the same tenant."""
    return f'<form method="post">{hidden("do", do)}{"".join(fields)}</form>'


def hidden(name: str, value: object) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(str(value))}">'


def button(text: str, *, risky: bool = False, about: str = "") -> str:
    """`about` completes the text for those who only hear it."""
    told = f' aria-label="{escape(f"{text} {about}")}"' if about else ""
    look = ' class="risky"' if risky else ""
    return f"<button{look}{told}>{escape(text)}</button>"


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
