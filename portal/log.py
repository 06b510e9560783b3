"""Structured logs on standard error. Secrets are redacted by key and by pattern before anything is written."""

from __future__ import annotations

import logging
import sys
from typing import Any, Final

import structlog

from portal.redaction import BLANK, SECRET_KEYS, blanked_text
from portal.terminal import visible

MANY_LINES: Final = ("exception", "stack")
CONTINUED: Final = "\n    "  # continuation lines are indented, so that none can pass for a log line of its own


def configure(*, as_json: bool, level: str = "INFO") -> None:
    """Send our logs and those of libraries through one pipeline: JSON lines, or coloured text on a terminal."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    # JSON lines are plain ASCII already.
    written: list[Any] = (
        [structlog.processors.JSONRenderer()] if as_json else [escape, structlog.dev.ConsoleRenderer()]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *written],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for chatty in ("httpx", "rq"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def redact(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001  # structlog's signature
    """Redact values whose key names a secret, and anything in a text that looks like one."""
    return {key: BLANK if SECRET_KEYS.search(key) else _blank(value) for key, value in event.items()}


def escape(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001  # structlog's signature
    """Escape control characters in foreign text, so that it can neither control the terminal nor fake a log line."""
    return {key: _escaped(key, value) for key, value in event.items()}


def _escaped(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value  # rendered with repr(), which escapes too
    if key in MANY_LINES:
        return visible(value, keep="\n")
    return visible(value, keep="\n").replace("\n", CONTINUED) if key == "event" else visible(value)


def _blank(value: Any) -> Any:
    if isinstance(value, str):
        return blanked_text(value)
    if isinstance(value, dict):
        return {key: BLANK if SECRET_KEYS.search(str(key)) else _blank(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_blank(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    written = repr(value)  # as renderers write it: an exception's message may quote a request
    hidden = blanked_text(written)
    return value if hidden == written else hidden


def get(name: str) -> Any:
    return structlog.get_logger(name)


def bound(name: str) -> Any:
    """Return a logger that keeps the caller's context, such as an error id, in other threads too."""
    return get(name).bind(**structlog.contextvars.get_contextvars())
