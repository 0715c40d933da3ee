"""Redacted bundles: the entries of a log as far as they are for somebody. Of the others the tree's own hashes are there, and no more.

A redacted bundle stands at `redacted/<N>[.p/<W>]` in place of `tile/entries/<N>[.p/<W>]`, and is written like it; an entry of length 0
is withheld. Its leaf hash stands in the hash tile of level 0, so that the root is still that of the whole log.
"""

from typing import Final

from service.tlog.tiles import Bundle

FOLDER: Final = "redacted/"
WITHHELD: Final = b""
ENTRIES: Final = "tile/entries/"
AUDIENCE: Final = "audience"
"""A file that names for whom a redacted export is made: it proves nothing, and says what may be made of it."""


def redacted_path(bundle: Bundle) -> str:
    """Return where the redacted bundle stands in an export."""
    return FOLDER + bundle.path.removeprefix(ENTRIES)
