"""Structured log lines: one JSON object a line, with only the standard library (cold start counts)."""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Level, time, logger and message, then every field of `extra`; an exception comes with its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON; values that JSON cannot hold are written as text."""
        fields = {
            "level": record.levelname,
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in record.__dict__.items() if name not in _STANDARD},
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, default=str)


def configure() -> None:
    """Once per container: our loggers at LOG_LEVEL, libraries at WARNING, because some log secrets at DEBUG."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("concierge").setLevel(os.environ.get("LOG_LEVEL", "INFO"))
