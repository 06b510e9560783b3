"""ConnectWise's responses altered by faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from portal.sandbox import fault_answers
from portal.sandbox.connectwise.instance import Instance
from portal.sandbox.connectwise.problems import no_endpoint, refusal
from portal.sandbox.connectwise.rate_limit import throttled
from portal.sandbox.faults import Fault
from portal.sandbox.http import Response
from portal.sandbox.row_faults import ROW_FAULTS


def replacement_for(fault: Fault, instance: Instance) -> Response | None:
    """Return the replacement for ConnectWise's response; None for faults that keep or merely alter it."""
    if fault.what == "throttled":
        return throttled(instance.knobs, fault.seconds, instance.clock.now())
    if fault.what == "timeout":
        return refusal(500, "ServerError", "Execution timeout expired: the timeout period elapsed.")
    if fault.what == "plain":
        return Response(200, b"The service is starting.", "text/plain; charset=utf-8")
    if fault.what == "refused_key":
        return refusal(401, "Unauthorized", "The public or private key is invalid.")
    if fault.what == "moved":
        year = int(instance.knobs.codebase.strip("/v").partition("_")[0] or 2025)
        instance.knobs = instance.knobs.changed({"codebase": f"v{year + 1}_1/"})
        return no_endpoint()
    return fault_answers.replacement_for(fault)


def corrupted(response: Response, faults: Sequence[Fault]) -> Response:
    """Alter the rows of a list, or a single record."""
    for fault in faults:
        if response.status != 200:
            return response
        found = _corrupted(fault, response)
        if found is not None:
            response = replace(response, body=msgspec.json.encode(found[0]))
    return response


def _corrupted(fault: Fault, response: Response) -> tuple[Any] | None:
    """Return the new content; None for a fault that is no matter of content."""
    if fault.what == "no_rows":
        return ([],)
    if fault.what == "null_list":
        return (None,)
    content = msgspec.json.decode(response.body) if fault.what in {"wrapped_list", *ROW_FAULTS} else None
    if fault.what == "wrapped_list":
        return ({"items": content},)
    corrupt = ROW_FAULTS.get(fault.what)
    if corrupt is None or (isinstance(content, dict) and "id" not in content):  # a count is no row
        return None
    rows: Any = content if isinstance(content, list) else [content]
    corrupt(rows)
    return (rows if isinstance(content, list) else rows[0],)
