"""Every kind of matter that parties decide on; the one that is moved most often first."""

from typing import Final

from service.register.commissions.charter import CHARTERS
from service.register.commissions.matter import SESSIONS
from service.register.commitments.matter import COMMITMENTS
from service.register.decisions.engine.matter import Matter
from service.register.groups.matter import GROUPS
from service.register.instruments.matter import INSTRUMENTS

MATTERS: Final[tuple[Matter, ...]] = (COMMITMENTS, INSTRUMENTS, GROUPS, SESSIONS, CHARTERS)
