"""The certificate authorities that the portal trusts: public ones, and those that the operator adds."""

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

# Other programs use these too. They replace the public authorities.
INSTEAD_OF_PUBLIC: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
IN_ADDITION: Final = "PORTAL_CA_FILE"


@dataclass(frozen=True)
class Authorities:
    """`sources` are files or folders of certificates; if there are none, certifi's public authorities are trusted.
    `added` is trusted in addition.
    """

    sources: tuple[str, ...] = ()
    added: str | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Authorities:
        """Read the settings. Raises ConfigError for a file or folder without certificates."""
        named = {name: environ[name] for name in (*INSTEAD_OF_PUBLIC, IN_ADDITION) if environ.get(name)}
        for name, path in named.items():
            _check(name, path)
        return cls(tuple(named[name] for name in INSTEAD_OF_PUBLIC if name in named), named.get(IN_ADDITION))

    def context(self) -> ssl.SSLContext:
        """Make a TLS context that trusts these authorities only."""
        first, *others = self.sources or (certifi.where(),)
        file, folder = _file_or_folder(first)
        context = ssl.create_default_context(cafile=file, capath=folder)
        for source in filter(None, [*others, self.added]):
            context.load_verify_locations(*_file_or_folder(source))
        # Python 3.13's default: trust an intermediate authority, or a server's own certificate, without its root.
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        return context


def _file_or_folder(source: str) -> tuple[str | None, str | None]:
    """Return the source as a file or as a folder, which may be several, as in SSL_CERT_DIR."""
    is_folder = all(Path(folder).is_dir() for folder in source.split(os.pathsep))
    return (None, source) if is_folder else (source, None)


def _check(name: str, source: str) -> None:
    _, folder = _file_or_folder(source)
    if folder and name == IN_ADDITION:
        raise ConfigError(f"{name} must be a file, not a folder: {folder}")
    try:
        if folder and not any(map(_has_hashed_names, folder.split(os.pathsep))):
            raise ConfigError(f"{name} has no certificate that OpenSSL finds; run `openssl rehash {folder}`.")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(*_file_or_folder(source))
    except ssl.SSLError as error:
        raise ConfigError(f"{name} must be a PEM file with one or more certificates; {source} is not.") from error
    except OSError as error:
        raise ConfigError(f"{name} cannot be read: {error.strerror} ({source}).") from error


def _has_hashed_names(folder: str) -> bool:
    """Whether a folder has certificates under the hashed names that OpenSSL looks for."""
    return any(re.fullmatch(r"[0-9a-f]{8}\.[0-9]+", path.name) for path in Path(folder).iterdir())
