"""The log of the process: one JSON object a line on standard error. Codes, ids and places in the code; never content."""

import json
import logging
import traceback
from datetime import UTC, datetime

LOG = logging.getLogger("nivel.api")


class JsonLines(logging.Formatter):
    """`LOG.error("event", extra={"facts": {...}})` becomes one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Leaves out messages of exceptions: PostgreSQL's quote the values of rows."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            places = traceback.extract_tb(error.__traceback__)
            line["error"] = type(error).__qualname__
            line["where"] = [f"{place.filename}:{place.lineno} {place.name}" for place in places]
        return json.dumps(line)


def start_log() -> None:
    """Send the product's log to standard error, once per process."""
    if not LOG.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(JsonLines())
        LOG.addHandler(handler)
        LOG.setLevel(logging.INFO)
        LOG.propagate = False
