"""What a command that runs for long begins with: its settings, and a log."""

import os

import structlog

from service import telemetry
from service.settings import Settings, misspelt

log = structlog.get_logger("pacta.settings")


def begin() -> Settings:
    """Return the settings, and log from now on; what is almost the name of one is told, since nobody reads it."""
    settings = Settings.read()
    telemetry.configure(settings.log_level)
    for name, meant in misspelt(os.environ).items():
        log.warning("setting_not_known", setting=name, did_you_mean=meant)
    return settings
