"""How an organisation that was given no code gets one, and the spans of time that who may call is judged by. Pure."""

import re
from collections.abc import Container
from datetime import timedelta
from itertools import count
from typing import Final

_ASIDE: Final = re.compile(r"\([^)]*\)")
_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_LONGEST: Final = 8
LOGIN: Final = timedelta(days=1)
"""So lately a registrar has logged in at its party's own provider, when it has the party take no other credentials."""
LEEWAY: Final = timedelta(seconds=30)
"""So far a provider's clock may be ahead of ours."""
NOTICE: Final = timedelta(hours=72)
"""So long what the operator does about a party's lost access is announced to the party before it acts."""

REGISTERED, RENAMED = "organisation.registered", "organisation.renamed"
NAMING: Final = (REGISTERED, RENAMED)
"""Kinds of the registry's entries that tell what organisations are called, and nothing of who acts for them."""


def code_of(party: str, name: str, taken: Container[str]) -> str:
    """Return a code that is not `taken`: the party's, and the first letters of the name's words, as in `PK/MODP`.

    Of a single word it takes the first four. A number follows where another organisation has those letters. Migration 0018 does the same for those of before.
    """
    words = _WORD.findall(_ASIDE.sub("", name))
    letters = words[0][:4] if len(words) == 1 else "".join(word[0] for word in words)[:_LONGEST]
    stem = f"{party}/{letters.upper() if len(letters) > 1 else 'ORG'}"
    return next(one for number in count(1) if (one := f"{stem}{number if number > 1 else ''}") not in taken)
