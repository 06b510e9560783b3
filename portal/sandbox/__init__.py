"""Simulated PSA servers over real HTTP, for the demo, the tests and the benchmarks.

They import nothing from the rest of the portal, so that they cannot share its mistakes.

In a test:            with running(HaloSandbox(settings)) as sandbox: sandbox.change("clients", count=5)
In another process:   with spawned("--records", "45000", kind="connectwise") as sandbox: sandbox.truth("clients")
Anywhere:             SandboxControl(url).fault("status", status=503, on="assets", page=3)
Webhooks:             sandbox.add_webhook("http://127.0.0.1:8000/hook", form="small"); sandbox.flush_webhooks()
By hand:              a browser at the sandbox's address

All verbs but a few serve every PSA; `SandboxControl` adds Halo's, `ConnectWiseControl` those of ConnectWise.
"""

from __future__ import annotations

from portal.sandbox.connectwise_verbs import ApiKeys, ConnectWiseVerbs
from portal.sandbox.control_client import ConnectWiseControl, SandboxControl
from portal.sandbox.halo_verbs import Credentials, HaloVerbs
from portal.sandbox.process import spawned
from portal.sandbox.verbs import SandboxError, Verbs

__all__ = [
    "ApiKeys",
    "ConnectWiseControl",
    "ConnectWiseVerbs",
    "Credentials",
    "HaloVerbs",
    "SandboxControl",
    "SandboxError",
    "Verbs",
    "spawned",
]
