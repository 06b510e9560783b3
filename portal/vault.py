"""Secrets at rest: AES-256-GCM, versioned, bound to their row and field, rotatable.

A stored secret reads `v1.<key id>.<nonce and ciphertext, base64>`. The row's uid and the field's name are the
associated data, so a ciphertext that is copied to another row or column does not open.
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
    """A value that refuses to be shown, compared or serialised. Only `reveal()` gives it away."""

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
    """What a column of the database holds of a secret."""

    __slots__ = ()


class Vault:
    """Seals with the first key; opens with any of them."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._keys = {_key_id(key): AESGCM(key) for key in keys}
        self._current = _key_id(keys[0])

    def seal(self, secret: Secret, bound_to: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self._current].encrypt(nonce, secret.reveal().encode(), bound_to.encode())
        return f"{VERSION}.{self._current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, stored: str, bound_to: str) -> Secret:
        """Raise VaultError when the key is missing or the text belongs to another row or was changed."""
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
        except ValueError as error:  # no base64, or too short to be a secret
            raise VaultError("A stored secret is damaged.", "Enter the secret again.") from error
        return Secret(opened.decode())

    def is_current(self, stored: str) -> bool:
        """Tell whether the secret is sealed with the key in use."""
        return stored.startswith(f"{VERSION}.{self._current}.")


_vault: Vault | None = None


def bind(keys: tuple[bytes, ...]) -> None:
    """Use these keys, the one that seals first."""
    global _vault
    _vault = Vault(keys)


def vault() -> Vault:
    if _vault is None:
        raise VaultError("The vault has no key.", "Start the portal through its commands.")
    return _vault


class _SecretAccessor(FieldAccessor):
    """Opens on reading and seals on writing; the plain text never sits in the row."""

    def __get__(self, instance: Any, instance_type: Any = None) -> Any:
        if instance is None:
            return self.field
        stored = instance.__data__.get(self.name)
        return None if stored is None else vault().open(stored, _place(instance, self.name))

    def __set__(self, instance: Any, value: Secret | Sealed | None) -> None:
        if isinstance(value, Secret):
            value = Sealed(vault().seal(value, _place(instance, self.name)))
        elif value is not None and not isinstance(value, Sealed):
            raise TypeError(f"{self.name} takes a Secret.")  # plain text on its way to a disk
        super().__set__(instance, value)


class EncryptedField(TextField):
    """A column of a row with a `uid`, which must be set before the secret is."""

    accessor_class = _SecretAccessor

    def python_value(self, value: Any) -> Sealed | None:
        # Whatever the database holds, even if it is damaged: that shows when it is opened.
        return (
            None if value is None else Sealed(value.decode(errors="replace") if isinstance(value, bytes) else value)
        )


def _place(instance: Any, name: str) -> str:
    return f"{instance._meta.table_name}/{instance.uid}/{name}"


def _key_id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:8]
