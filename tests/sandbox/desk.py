"""A user of the desk, who fetches its pages and posts its forms."""

from __future__ import annotations

import re
from html import unescape
from types import TracebackType
from typing import Any, Self

import httpx

from portal.sandbox.simulation import Simulation
from tests.sandbox.html_form import Values, forms
from tests.sandbox.visitor import TLS

DESK = "/_sandbox/desk"


class Desk:
    def __init__(self, sandbox: Simulation) -> None:
        self.http = httpx.Client(base_url=sandbox.url, trust_env=False, verify=TLS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def see(self, page: str = "", /, **query: Any) -> str:
        answer = self.http.get(f"{DESK}{page}", params=query)
        assert answer.status_code == 200
        return answer.text

    def post(self, page: str, do: str, /, **form: Any) -> httpx.Response:
        return self.http.post(f"{DESK}{page}", data={"do": do, **form})

    def do(self, page: str, do: str, /, **form: Any) -> str:
        """Post a form that must go well. Return what the desk says about it."""
        answer = self.post(page, do, **form)
        assert answer.status_code == 303, said(answer.text)
        shown = self.http.get(answer.headers["Location"]).text
        assert 'role="alert"' not in shown
        return said(shown)

    def form(self, page: str, /, **fields: str) -> Values:
        """Return what the one form of a page sends that has these values."""
        (found,) = [each for each in forms(self.see(page)) if all(each.get(k) == [v] for k, v in fields.items())]
        return found

    def send(self, page: str, form: Values) -> str:
        """Post a whole form that must go well. Return what the desk says about it."""
        (do,) = form["do"]
        return self.do(page, do, **{name: values for name, values in form.items() if name != "do"})

    def refused(self, page: str, do: str, /, **form: Any) -> str:
        """Post a form that must be refused. Return the reason."""
        answer = self.post(page, do, **form)
        assert answer.status_code == 400, answer.headers
        assert 'role="alert"' in answer.text
        return said(answer.text)


def said(html: str) -> str:
    found = re.search(r'<p class="message[^>]*>(.*?)</p>', html, re.DOTALL)
    return unescape(found.group(1)) if found else ""
