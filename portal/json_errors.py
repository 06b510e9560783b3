"""What msgspec raises for bytes that it cannot read: broken JSON, text that is no UTF-8, or thousands of brackets."""

from __future__ import annotations

from typing import Final

import msgspec

JSON_ERRORS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
