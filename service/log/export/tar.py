"""Files as one tar archive (POSIX.1-2001, pax), made piece by piece: what is sent needs not be in memory."""

import tarfile
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

BLOCK: Final = tarfile.BLOCKSIZE
END: Final = bytes(2 * BLOCK)


async def archive(files: AsyncIterator[tuple[str, bytes]], changed_at: datetime) -> AsyncIterator[bytes]:
    """Yield the archive of these files, each owned by root, readable to all and last changed at the one moment given."""
    async for path, content in files:
        about = tarfile.TarInfo(path)
        about.size = len(content)
        about.mtime = int(changed_at.timestamp())
        yield about.tobuf(tarfile.PAX_FORMAT) + content + bytes(-len(content) % BLOCK)
    yield END
