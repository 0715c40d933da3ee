"""What a thing is called where there is room for one title. Pure; `name_of` (`register/parties/naming.py`) is the same as SQL."""

from collections.abc import Mapping


def title_of(titles: Mapping[str, str]) -> str:
    """Return the one of the titles that everybody is told: the English, or where there is none the first by its language."""
    return titles.get("en") or titles[min(titles)]
