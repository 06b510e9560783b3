"""What msgspec raises for input it cannot parse: malformed JSON, invalid UTF-8, or nesting that is too deep."""

from __future__ import annotations

from typing import Final

import msgspec

JSON_ERRORS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
