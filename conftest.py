"""Garbage is looked for seldom, from before anything is imported: what tests import and collect stays, and looking through it took a fifth of that."""

import gc

gc.set_threshold(20_000, 20, 50)


def pytest_collection_finish() -> None:
    """Keep what was imported and collected out of the search for garbage, which took a tenth of the processor."""
    gc.collect()
    gc.freeze()
