"""Refusals, in ConnectWise's own shapes (connectwise-api.md section 2)."""

from __future__ import annotations

from typing import Any

from portal.sandbox.http import Response, json_response

NO_PERMISSION = "You do not have security permission to perform this action."


def refusal(status: int, code: str, message: str, **more: Any) -> Response:
    return json_response({"code": code, "message": message, **more}, status=status)


class Refused(Exception):
    """ConnectWise refuses the request with this response."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def find_condition(message: str) -> Refused:
    """Return the refusal of a condition, which was seen with these words."""
    return Refused(refusal(400, "ApiFindCondition", message))


def no_permission() -> Response:
    return refusal(403, "Security", NO_PERMISSION)


def no_endpoint() -> Response:
    return refusal(404, "ConnectWiseApi", "The endpoint does not exist.")


def not_found(noun: str, number: str) -> Response:
    return refusal(404, "NotFound", f"{noun} {number} not found")
