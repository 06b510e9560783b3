"""Controls a sandbox in another process. Uses the standard library only, so that anything can import it."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from typing import Any

from portal.sandbox.connectwise_verbs import ConnectWiseVerbs
from portal.sandbox.halo_verbs import HaloVerbs
from portal.sandbox.verbs import SandboxError, Verbs


class _Client(Verbs):
    """TLS certificates are not verified: they may be invalid on purpose."""

    def __init__(self, url: str, *, timeout: float = 60.0) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._open = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        ).open

    def call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - the address is the sandbox's own
            f"{self.url}/_sandbox{path}", data=data, method=method
        )
        try:
            with self._open(request, timeout=self._timeout) as response:
                return json.load(response)
        except urllib.error.HTTPError as problem:
            with problem:
                raise SandboxError(problem.read().decode("utf-8", "replace")) from None


class SandboxControl(_Client, HaloVerbs):
    """`SandboxControl(url).truth("clients")`"""


class ConnectWiseControl(_Client, ConnectWiseVerbs):
    """`ConnectWiseControl(url).credentials().private_key`"""
