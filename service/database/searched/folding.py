"""The SQL functions that fold text and make of it what is searched, and of a question what is looked for.

`folded` is the one place that knows which letters are one: what is recorded and what is asked for go through it, so they meet. It is
immutable, as `unaccent` is not. What is spelled together in one text and apart in another (`co-operation`, `cooperation`) is kept in
both spellings. A word of a thing is its folded word; beside the words stand, with a sign before them that no word has:

- `#08/4`, `#pk-az/8/4`: its reference, and each part of it that ends it, without leading zeros;
- `^pk-az/8`: a part that begins its reference;
- `@` and an id: a body or a group that belongs to it, under whose own words it is found too.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

MARKS: Final = (
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05BD),
    (0x05BF, 0x05BF),
    (0x05C1, 0x05C2),
    (0x05C4, 0x05C7),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06DC),
    (0x06DF, 0x06E4),
    (0x06E7, 0x06E8),
    (0x06EA, 0x06ED),
    (0x08CA, 0x08FF),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
)
"""Marks above and below letters, of the scripts that can be read without them; the vowel signs of others are letters to us."""
UNSEEN: Final = (0x00AD, 0x0621, 0x0640, 0x200B, 0x200D, 0x200E, 0x200F, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xFEFF)
"""What is written or not as one likes: soft hyphens, a lone hamza, the stroke that lengthens, joiners, directions."""
LATIN: Final = {
    "i": "\u0131",  # Azerbaijani
    "e": "\u0259\u04d9\u01dd",  # its schwa, and the letters of other alphabets that look like it
    "l": "\u0142",
    "o": "\u00f8",
    "d": "\u0111\u00f0",
    "h": "\u0127",
}
ARABIC: Final = {
    "\u06cc": "\u064a\u0649\u06d2\u06cd\u06d0",  # Arabic yeh and alef maksura, Urdu bari ye, Pashto's
    "\u06a9": "\u0643\u06aa",  # Arabic kaf
    "\u06c1": "\u0647\u06be\u0629\u06c3\u06d5",  # Arabic heh and teh marbuta, Urdu do-chashmi he
    "\u0646": "\u06ba",  # noon ghunna
    "\u0627": "\u0671",
    **{str(digit): chr(0x0660 + digit) + chr(0x06F0 + digit) for digit in range(10)},
}
SIGNS: Final = {
    "-": "\u2010\u2012\u2013\u2014\u2015\u2212\u2043\u05be\u200c_",
    "'": "\u2018\u2019\u201b\u02bc\u02bb\u02b9\u02be\u02bf\u2032\u2035`",
    '"': "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033",
}
"""Letters and signs that are typed for one another, by the one that stands for all of them."""
PAIRS: Final = {"\u00e6": "ae", "\u0153": "oe", "\u00fe": "th"}
_marks = "".join(f"\\u{low:04X}-\\u{high:04X}" for low, high in MARKS) + "".join(f"\\u{one:04X}" for one in UNSEEN)


def _translated(twins: Mapping[str, str]) -> str:
    """Return the statement that puts one letter for all of its twins: it is slow, so only where there is one of them."""
    others = "".join(twins.values())
    ones = "".join(one * len(each) for one, each in twins.items()).replace("'", "''")
    return f"IF said ~ '[{others}]' THEN said := translate(said, '{others}', '{ones}'); END IF;"


def _folded() -> str:
    paired = " ".join(f"said := replace(said, '{one}', '{pair}');" for one, pair in PAIRS.items())
    return f"""CREATE OR REPLACE FUNCTION folded(said text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    BEGIN
        IF octet_length(said) = length(said) THEN
            RETURN translate(casefold(said COLLATE "pg_unicode_fast"), '_`', '-''');
        END IF;
        said := casefold(regexp_replace(normalize(said, NFKD), '[{_marks}]', '', 'g') COLLATE "pg_unicode_fast");
        {_translated(LATIN)}
        {_translated(ARABIC)}
        {_translated(SIGNS)}
        IF said ~ '[{"".join(PAIRS)}]' THEN {paired} END IF;
        RETURN said;
    END $$"""


def _of_file(name: str) -> tuple[str, ...]:
    text = Path(__file__).with_name(name).read_text()
    return tuple(text.strip().removesuffix(";").split(";\n\n"))


FUNCTIONS: Final = (_folded(), *_of_file("words.sql"), *_of_file("questions.sql"))
"""The statements that make the functions, also where they are there already: they change nothing else."""
