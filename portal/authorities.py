"""Whose certificates the portal trusts: the public authorities, and those that the operator adds."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import certifi

from portal.errors import ConfigError

# Other programs follow these, too. They name everything that is to be trusted, not an addition.
INSTEAD_OF_PUBLIC: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
IN_ADDITION: Final = "PORTAL_CA_FILE"


@dataclass(frozen=True)
class Authorities:
    """`sources` are files or folders of certificates; without any, the public authorities of certifi are trusted.
    `added` is trusted as well.
    """

    sources: tuple[str, ...] = ()
    added: str | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Authorities:
        """Read what the environment names. Raises ConfigError for what holds no certificates."""
        named = {name: environ[name] for name in (*INSTEAD_OF_PUBLIC, IN_ADDITION) if environ.get(name)}
        for name, path in named.items():
            _check(name, path)
        return cls(tuple(named[name] for name in INSTEAD_OF_PUBLIC if name in named), named.get(IN_ADDITION))

    def context(self) -> ssl.SSLContext:
        """Make a context for calls that trusts these, and nobody else."""
        first, *others = self.sources or (certifi.where(),)
        file, folder = _place(first)
        context = ssl.create_default_context(cafile=file, capath=folder)
        for source in filter(None, [*others, self.added]):
            context.load_verify_locations(*_place(source))
        # Python 3.13's default: an intermediate authority, or a server's own certificate, may be named alone.
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        return context


def _place(source: str) -> tuple[str | None, str | None]:
    """Tell a file from a folder, or from several, as SSL_CERT_DIR may name them."""
    is_folder = all(Path(folder).is_dir() for folder in source.split(os.pathsep))
    return (None, source) if is_folder else (source, None)


def _check(name: str, source: str) -> None:
    _, folder = _place(source)
    if folder and name == IN_ADDITION:
        raise ConfigError(f"{name} must be a file, not a folder: {folder}")
    try:
        if folder and not any(map(_has_hashed_names, folder.split(os.pathsep))):
            raise ConfigError(f"{name} has no certificate that OpenSSL finds; run `openssl rehash {folder}`.")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(*_place(source))
    except ssl.SSLError as error:
        raise ConfigError(f"{name} must be a PEM file with one or more certificates; {source} is not.") from error
    except OSError as error:
        raise ConfigError(f"{name} cannot be read: {error.strerror} ({source}).") from error


def _has_hashed_names(folder: str) -> bool:
    """Tell whether a folder holds certificates under the names by which OpenSSL looks for them."""
    return any(re.fullmatch(r"[0-9a-f]{8}\.[0-9]+", path.name) for path in Path(folder).iterdir())
