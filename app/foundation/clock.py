"""The one place that knows what time it is."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """The present moment in UTC, with its time zone."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in UTC."""
    return now().date()
