"""Moments as people at this site write them: in the time zone of the settings, with its name."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_datetime_format
from flask import Flask, current_app

from app.web.translating import interface_locale


def install(app: Flask) -> None:
    """Give templates the filters `moment` and `moment_field`."""
    app.jinja_env.filters.update(moment=moment_in_words, moment_field=moment_field)


def zone() -> ZoneInfo:
    """The time zone of this site."""
    return ZoneInfo(current_app.extensions["settings"].time_zone)


def moment_in_words(moment: datetime) -> str:
    """A moment with its time zone, as the language of the interface writes it: 3 May 2026, 14:20 UTC."""
    here, locale = moment.astimezone(zone()), interface_locale()
    day, time = format_date(here, "medium", locale=locale), format_time(here, "short", tzinfo=zone(), locale=locale)
    joined = str(get_datetime_format("medium", locale=locale)).replace("{1}", day).replace("{0}", time)
    return f"{joined} {here.tzname()}"


def moment_field(moment: datetime | None) -> str:
    """A moment as `<input type="datetime-local">` holds it: 2026-05-03T14:20; empty for none."""
    return moment.astimezone(zone()).strftime("%Y-%m-%dT%H:%M") if moment is not None else ""


def moment_from_field(text: str) -> datetime | None:
    """What was typed into such a field as a moment in UTC; None when it is empty.

    Raises:
        ValueError: it is no moment.
    """
    if not text.strip():
        return None
    typed = datetime.fromisoformat(text.strip())
    return (typed if typed.tzinfo else typed.replace(tzinfo=zone())).astimezone(UTC)
