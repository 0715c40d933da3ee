"""What an organisation is in a working group. Pure."""

from enum import StrEnum


class GroupRole(StrEnum):
    """What an organisation is in a working group."""

    CO_LEAD = "co_lead"
    MEMBER = "member"
