"""Logging to standard error, a line an event; what looks like a phone, ID or e-mail is struck out."""

from __future__ import annotations

import logging
import re
from typing import Any

PERSONAL = re.compile(r"(?<![\w-])(?:1\d{10}|\d{17}[\dXx]|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)(?![\w-])")


def strike(text: str) -> str:
    """The text without personal numbers and addresses."""
    return PERSONAL.sub("[…]", text)


class Careful(logging.Formatter):
    """Formats as usual, tracebacks included, then strikes personal data out."""

    def format(self, record: logging.LogRecord) -> str:
        return strike(super().format(record))


def logging_settings(level: str = "INFO") -> dict[str, Any]:
    """Django's LOGGING. `axes` would log who failed to sign in from where: its table keeps that, the log does not."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "jiedao.config.logs.Careful", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "jiedao": {"level": level},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "axes": {"level": "ERROR"},
        },
    }
