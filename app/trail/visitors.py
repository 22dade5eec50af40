"""Who somebody is for one day, without a cookie: a keyed hash of network and browser under the day's random salt.

Two days cannot be joined: each has a salt of its own, and it is deleted when the day is over. The site's secret key is
part of the key as well, so a copy of the database alone tells nothing. Days begin at four in the morning of the site's
time zone, when hardly anybody is in the middle of something.
"""

from __future__ import annotations

import re
import secrets
from datetime import date, datetime, timedelta
from functools import lru_cache

from flask import current_app, g, request
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.accounts.roles import Permission
from app.accounts.signing_in import has_permission
from app.foundation import clock
from app.foundation.database import after_commit, db, is_postgresql, only_reads
from app.foundation.keyed_hash import keyed_hash
from app.trail.models import DailySalt
from app.trail.records import Who
from app.web.languages import reader_language
from app.web.moments import zone
from app.web.networks import network_of

DAY_BEGINS_AFTER = timedelta(hours=4)
_LONGEST_BROWSER = 400
_LONGEST_ADDRESS = 64
#: Words in the user agents of programs that read pages for nobody in particular. Browsers have none of them.
_PROGRAMS = re.compile(
    r"(?<!cu)bot\b|bot[/;_-]|crawl|spider|slurp|archiv|scan|fetch|monitor|uptime|pingdom|lighthouse|headless|phantomjs|"
    r"preview|externalhit|whatsapp|embedly|validator|feed|rss|http|curl|wget|python|java/|perl|ruby|axios|scrapy|node-|"
    r"undici|postman|insomnia|mediapartners|inspectiontool|-google|google-|claude|anthropic|openai|perplexity|bytespider",
    re.IGNORECASE,
)
_LINKS = re.compile(r"https?://\S*|\+http\S*")


def who() -> Who:
    """The one who made this request, for the buffer; asked for once a request."""
    if "trail_who" not in g:
        browser = request.headers.get("User-Agent", "")[:_LONGEST_BROWSER]
        is_staff = bool(request.cookies) and has_permission(Permission.READ_STAFF)
        network = network_of((request.remote_addr or "")[:_LONGEST_ADDRESS])
        g.trail_who = Who(network, browser, reader_language(), is_staff)
    known: Who = g.trail_who
    return known


def wants_no_trail() -> bool:
    """Whether the browser of this request asks not to be followed: `Sec-GPC: 1` or `DNT: 1`."""
    return request.headers.get("Sec-GPC") == "1" or request.headers.get("DNT") == "1"


def visitor() -> str:
    """The visitor of this request, 32 hexadecimal digits that hold until the day ends (`day_of`)."""
    return visitor_of(who(), _salt_for_request())


def source_of_request() -> str:
    """The network of this request, 32 hexadecimal digits that hold for the day: for limits and bursts."""
    return _keyed(_salt_for_request(), f"source\0{who().network}")


def visitor_of(someone: Who, salt: str) -> str:
    """The visitor that somebody is under a day's salt."""
    return _keyed(salt, f"visitor\0{someone.network}\0{someone.browser}")


@lru_cache(maxsize=4096)
def is_program(browser: str) -> bool:
    """Whether a user agent is that of a crawler or another program. None at all is one, too."""
    return len(browser) < 12 or _PROGRAMS.search(_LINKS.sub(" bot ", browser)) is not None


def day_of(moment: datetime) -> date:
    """The day whose salt makes the visitors of a moment."""
    return (moment.astimezone(zone()).replace(tzinfo=None) - DAY_BEGINS_AFTER).date()


def salt_of(session: Session, day: date) -> str:
    """The salt of a day, made when there is none yet. Writes on the first call of a day."""
    known = session.scalar(select(DailySalt.salt).where(DailySalt.day == day))
    if known is not None:
        return known
    insert = postgresql.insert(DailySalt) if is_postgresql(session) else sqlite.insert(DailySalt)
    session.execute(insert.values(day=day, salt=secrets.token_urlsafe(24)).on_conflict_do_nothing())
    return session.scalars(select(DailySalt.salt).where(DailySalt.day == day)).one()


def forget_salts(session: Session, *, before: date) -> None:
    """Delete the salts of the days before this one: from then on nothing joins their visitors to anybody."""
    session.execute(delete(DailySalt).where(DailySalt.day < before))


def known_salts() -> dict[date, str]:
    """The salts that this process has in memory, of today and yesterday."""
    salts: dict[date, str] = current_app.extensions["trail_salts"]
    return salts


def keep_in_memory(day: date, salt: str) -> None:
    """Spare later requests of this process the question."""
    salts = known_salts()
    salts[day] = salt
    for past in [each for each in salts if each < day - timedelta(days=1)]:
        salts.pop(past, None)


def _salt_for_request() -> str:
    today = day_of(clock.now())
    known = known_salts().get(today)
    if known is not None:
        return known
    if only_reads.get():
        stored = db.session.scalar(select(DailySalt.salt).where(DailySalt.day == today))
        if stored is None:
            # A reading request may not make one. Nothing is stored of today, so no answer can be missed by this one.
            return str(current_app.extensions["trail_first_salt"])
        keep_in_memory(today, stored)
        return stored
    session = db.session
    salt = salt_of(session, today)
    after_commit(session, lambda: keep_in_memory(today, salt))
    return salt


def _keyed(salt: str, text: str) -> str:
    secret = str(current_app.secret_key)
    return keyed_hash(text, key=f"{secret}\0{salt}")[:32]
