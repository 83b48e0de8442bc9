"""What a client has to know, and how connections are kept secret: a token, and certificates for TLS."""

from __future__ import annotations

import hashlib
import hmac
import os
import ssl
from collections.abc import Mapping
from pathlib import Path

from adaptive.errors import InputError

VARIABLE = "ADAPTIVE_TOKEN"
"""The token may stand in this variable of the environment."""

FEWEST_CHARACTERS, MOST_CHARACTERS = 16, 512
"""Of a token: fewer are guessed."""

REFUSED_S = 0.5
"""A client with a wrong token waits so long for its answer."""

TOKEN_S = 5.0
"""A client over TCP has this time to say its token."""


class Trust:
    """Knows the token of a session.

    Parameters
    ----------
    token : str or None
        The token; None: every client is trusted.
    tls : SSLContext or None
        With it, HTTP and TCP are encrypted.
    """

    def __init__(self, token: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._digest = None if token is None else _digest(token)
        self.tls = tls

    @property
    def has_token(self) -> bool:
        """Whether clients have to say a token."""
        return self._digest is not None

    def accepts(self, said: object) -> bool:
        """Whether what a client said is the token; the comparison takes the same time for every text."""
        if self._digest is None:
            return True
        return isinstance(said, str) and hmac.compare_digest(_digest(said), self._digest)


EVERYBODY = Trust()
"""Trusts every client that reaches a port."""


def _digest(text: str) -> bytes:
    """Texts of all lengths become equally long."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def make_trust(
    token_file: Path | None = None,
    certificate_file: Path | None = None,
    key_file: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Trust:
    """Read the token from a file, else from the environment, and certificate and key.

    Raises
    ------
    InputError
        A file cannot be read, or the token is no good one.
    """
    token = environment.get(VARIABLE)
    where = f"the variable {VARIABLE}"
    if token_file is not None:
        where = str(token_file)
        try:
            token = token_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            message = f"{token_file}: the token cannot be read: {why}"
            raise InputError(message) from error
    if token is not None:
        token = token.strip()
        if not FEWEST_CHARACTERS <= len(token) <= MOST_CHARACTERS or not token.isascii() or " " in token:
            message = (
                f"{where}: a token has {FEWEST_CHARACTERS} to {MOST_CHARACTERS} characters of ASCII and no"
                " blank; make one with: python -c 'import secrets; print(secrets.token_urlsafe())'"
            )
            raise InputError(message)
    return Trust(token, _tls(certificate_file, key_file))


def _tls(certificate_file: Path | None, key_file: Path | None) -> ssl.SSLContext | None:
    if certificate_file is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate_file, key_file)
    except (OSError, ssl.SSLError) as error:  # SSLError is an OSError: both say what is wrong
        message = f"{certificate_file}: the certificate and its key cannot be used: {error.strerror or error}"
        raise InputError(message) from error
    return context
