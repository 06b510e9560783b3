"""Encrypts stored secrets with AES-256-GCM: versioned, bound to row and field, and with rotatable keys.

The format is `v1.<key id>.<nonce and ciphertext, base64>`. Table, row uid and field name are the associated data, so
a ciphertext copied to another row or column cannot be opened.
"""

from __future__ import annotations

import base64
import hashlib
import os
from typing import Any, Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from peewee import FieldAccessor, TextField

from portal.errors import VaultError

VERSION: Final = "v1"
NONCE_BYTES: Final = 12


class Secret:
    """A value that cannot be printed, compared or serialised. Only `reveal()` returns it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(•••)"

    __str__ = __repr__

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("Secrets are not compared; compare fingerprints with hmac.compare_digest.")

    __hash__ = None  # type: ignore[assignment]  # unhashable on purpose: a dict key would be a comparison

    def __reduce__(self) -> NoReturn:
        raise TypeError("Secrets are not serialised.")


class Sealed(str):
    """A secret as stored in the database."""

    __slots__ = ()


class Vault:
    """Seals with the first key; opens with any key."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._keys = {_key_id(key): AESGCM(key) for key in keys}
        self._current = _key_id(keys[0])

    def seal(self, secret: Secret, bound_to: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self._current].encrypt(nonce, secret.reveal().encode(), bound_to.encode())
        return f"{VERSION}.{self._current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, stored: str, bound_to: str) -> Secret:
        """Return the secret. Raises VaultError if the key is missing, or the text was altered or moved."""
        version, _, rest = stored.partition(".")
        key_id, _, encoded = rest.partition(".")
        key = self._keys.get(key_id)
        if version != VERSION or key is None:
            raise VaultError(
                "A stored secret is encrypted with a key that this portal doesn't have.",
                "Set PORTAL_VAULT_KEY_PREVIOUS to the old key, or enter the secret again.",
            )
        try:
            raw = base64.b64decode(encoded, altchars=b"-_", validate=True)
            opened = key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to.encode())
        except InvalidTag as error:
            raise VaultError("A stored secret belongs to a different record.", "Enter the secret again.") from error
        except ValueError as error:  # invalid base64, or too short
            raise VaultError("A stored secret is damaged.", "Enter the secret again.") from error
        return Secret(opened.decode())

    def is_current(self, stored: str) -> bool:
        """Whether the secret is sealed with the current key."""
        return stored.startswith(f"{VERSION}.{self._current}.")


_vault: Vault | None = None


def bind(keys: tuple[bytes, ...]) -> None:
    """Use these keys; the first one seals."""
    global _vault
    _vault = Vault(keys)


def vault() -> Vault:
    if _vault is None:
        raise VaultError("The vault has no key.", "Start the portal through its commands.")
    return _vault


class _SecretAccessor(FieldAccessor):
    """Opens on read and seals on write, so the row never holds the plain text."""

    def __get__(self, instance: Any, instance_type: Any = None) -> Any:
        if instance is None:
            return self.field
        stored = instance.__data__.get(self.name)
        return None if stored is None else vault().open(stored, _bound_to(instance, self.name))

    def __set__(self, instance: Any, value: Secret | Sealed | None) -> None:
        if isinstance(value, Secret):
            value = Sealed(vault().seal(value, _bound_to(instance, self.name)))
        elif value is not None and not isinstance(value, Sealed):
            raise TypeError(f"{self.name} takes a Secret.")  # plain text must not reach the disk
        super().__set__(instance, value)


class EncryptedField(TextField):
    """An encrypted column. The row's `uid` must be set before the secret."""

    accessor_class = _SecretAccessor

    def python_value(self, value: Any) -> Sealed | None:
        # Accepts damaged values too: `open` detects them.
        return (
            None if value is None else Sealed(value.decode(errors="replace") if isinstance(value, bytes) else value)
        )


def _bound_to(instance: Any, name: str) -> str:
    return f"{instance._meta.table_name}/{instance.uid}/{name}"


def _key_id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:8]
