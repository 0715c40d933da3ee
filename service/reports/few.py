"""Counting a whole log beside the requests of others: only a few at once, whoever asks, each in a thread of its own."""

from typing import Final

from service.http.at_once import AtOnce, Most

counts: Final = AtOnce(
    in_all=Most(3, "As many whole logs as may be are being counted at this moment. Ask again in two seconds.", 2)
)
