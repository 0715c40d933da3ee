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

NEWEST: Final = "newest"
"""A file with a line for each subject of which something is shown: its id, and the number of its newest entry, shown or withheld.

It proves nothing: without it nobody could tell that the end of what is known of a subject is not its end.
"""


def redacted_path(bundle: Bundle) -> str:
    """Return where the redacted bundle stands in an export."""
    return FOLDER + bundle.path.removeprefix(ENTRIES)
