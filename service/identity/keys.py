"""The key that signs tokens lives in a file outside the database, readable by its owner alone."""

from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from service import durable
from service.errors.operator import OperatorMistake

CURVE: Final = "Ed25519"


def load_or_create(path: Path | None) -> OKPKey:
    """Return the Ed25519 key in the PEM file `path`, made with mode 0600 if absent; a passing key without a path.

    Of several processes that start at once one makes the file, and all use its key. `OperatorMistake` names a file that cannot
    be used, and says what to do.
    """
    if path is None:
        return _named(OKPKey.generate_key(CURVE))
    try:
        return _named(_read(path))
    except FileNotFoundError:
        return _named(_made(path))
    except OSError as wrong:
        raise OperatorMistake(
            f"{path} (PACTA_SIGNING_KEY_FILE) cannot be read: {wrong.strerror}. The user that runs the service must own it."
        ) from wrong


def _made(path: Path) -> OKPKey:
    try:
        durable.make_directory(path.parent)
        durable.create(path, OKPKey.generate_key(CURVE).as_pem(private=True))
        return _read(path)
    except OSError as wrong:
        raise OperatorMistake(
            f"{path} (PACTA_SIGNING_KEY_FILE) is not there and cannot be made: {wrong.strerror}. The user that runs the "
            "service must own its directory, or the file must be put there before."
        ) from wrong


def _read(path: Path) -> OKPKey:
    content = path.read_bytes()
    try:
        key = OKPKey.import_key(content)
        if key.curve_name == CURVE and key.is_private:
            return key
    except (JoseError, UnsupportedAlgorithm, ValueError, TypeError):
        pass
    raise OperatorMistake(
        f"{path} (PACTA_SIGNING_KEY_FILE) is damaged: it is no {CURVE} private key in PEM (PKCS #8). Put back a copy of it. "
        "If there is none, remove the file: the next start makes a new key, and everybody who calls must get a new token."
    )


def _named(key: OKPKey) -> OKPKey:
    key.ensure_kid()
    return key
