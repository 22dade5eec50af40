"""A site with something of everything, served by a thread of the test, so that it can be brought into any state."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from app.accounts.models import Account
from app.accounts.roles import Role
from app.foundation import clock
from app.foundation.database import db
from app.foundation.worker import run_due_jobs
from app.knowledge import feedback, following, glossary, news, next_steps, publishing
from app.knowledge.following import FollowKind
from app.knowledge.following_letters import PURPOSE as FOLLOWING
from app.knowledge.glossary import TermWords
from app.knowledge.models import Article, Audience, Significance
from app.knowledge.news import NewsKind, NewsWords, Plan
from app.search import deciding, relevance, synonym_sets
from app.search.learning import record_evidence
from app.search.models import EvidenceKind, QueryAssociation
from app.support.intake import Inquiry, send_request
from app.support.letters import follow_path
from app.support.models import Ticket
from app.trail import recording
from app.web.signed_links import signed
from tests.make import Make
from tests.trail.somebody import Somebody
from tests.visitor import PASSWORD

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

RICH = """Look at the invoice, then unplug the lamp.

## Donaudampfschifffahrtsgesellschaftskapitänsmützenversicherung

1. Unplug it.
2. Wait a minute.

> [!WARNING]
> It may be hot.

## When it does not help

| What you see | What it means |
|---|---|
| A red light | It is on |

### Look closer

```python
print("a line of code that is much longer than a telephone is wide, so that it has to scroll inside itself")
```

- [ ] A task

## Words used here

Light
: What shines.
"""
BURST_SOURCE = "0a" * 16
EDITOR = "editor@example.com"


class Server:
    """An application at an address of this machine."""

    def __init__(self, app: Flask, port: int, *, wsgi: WSGIApplication | None = None) -> None:
        self.app = app
        self.address = f"http://127.0.0.1:{port}"
        self._server = make_server("127.0.0.1", port, wsgi or app, threaded=True, request_handler=_Silent)
        self._server.daemon_threads = True  # type: ignore[attr-defined]  # of socketserver's mixin
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """No statement is answered."""

        def refuse(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            raise OperationalError(statement, {}, Exception("no route to the database"))

        with self.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", refuse)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", refuse)


def in_pieces(app: Flask) -> WSGIApplication:
    """The application over a bad line: its pages arrive in a dozen pieces."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        whole = b"".join(app(environ, start))
        step = len(whole) if environ["PATH_INFO"].startswith("/static/") else len(whole) // 12
        for place in range(0, len(whole), step or 1):
            yield whole[place : place + step]
            time.sleep(0.06)

    return answer


class _Silent(WSGIRequestHandler):
    def log(self, *_args: object) -> None:
        pass


def fill(app: Flask) -> dict[str, str]:
    """Write something of everything; returns the addresses that have numbers or tokens in them, by a name."""
    with app.test_request_context(), db.sessionmaker() as session:
        found = _write_articles(session)
        _write_around(session)
        found |= _write_requests(session)
        session.commit()
    run_due_jobs(app)
    for path in ("/search?q=lamp", "/search?q=nothing+like+it", found["article"]):
        app.test_client().get(path)
    _test_search(app)
    _visit(app)
    with app.app_context():
        recording.flush(app)
    return found


def _write_articles(session: Session) -> dict[str, str]:
    make = Make(session)
    make.account(Role.ADMINISTRATOR, password=PASSWORD, email=EDITOR, display_name="Kim Editor")
    lamp = make.article("Mend the lamp", RICH, short_answer="Unplug it.", category="lamps", tags=("light",))
    make.translation(lamp, "de", "Die Lampe reparieren", "Ziehen Sie den Stecker der Tischlampe.")
    made = {
        "article": lamp,
        "yes": make.article("Clean the lamp", "Wipe it.", category="lamps"),
        "no": make.article("Paint the lamp", "Use a brush.", category="lamps"),
        "explained": make.article("Hang the lamp", "Use a hook.", category="lamps"),
        "answered": make.article("Dust the lamp", "Use a duster.", category="lamps"),
        "answered_badly": make.article("Varnish the lamp", "Use another brush.", category="lamps"),
        "overdue": make.article(
            "Sell the lamp", "Ask around.", category="shop", review_due_on=clock.today() - timedelta(days=1)
        ),
        "fallback": make.article("Die Lampe wegwerfen", "Zum Wertstoffhof.", language="de", category="lamps"),
        "signed_in": make.article("For members", audience=Audience.SIGNED_IN),
        "removed": make.article("Oil the lamp"),
        "staff": make.article("The lamp's inside", audience=Audience.STAFF),
    }
    for number in range(12):
        make.article(f"Lamp number {number}", "Every lamp is like the lamp before.", category="lamps/table")
    publishing.archive(session, made["removed"], by=None, replaced_by=lamp)
    next_steps.set_next_steps(session, lamp, [made["yes"].id], by=None)
    _change(session, lamp)
    for number in range(25):
        feedback.cast_vote(session, lamp.id, "en", fixed=number < 21, voter=f"voter {number}")
    for number in range(7):
        feedback.cast_vote(session, made["overdue"].id, "en", fixed=False, voter=f"b {number}", source=BURST_SOURCE)
    return {name: f"/articles/{article.id}" for name, article in made.items()}


def _change(session: Session, article: Article) -> None:
    latest = publishing.latest_revision(session, article.id, "en")
    assert latest is not None
    publishing.save_revision(
        session,
        article,
        language="en",
        text=publishing.ArticleText(latest.title, RICH.replace("a minute", "two minutes"), latest.short_answer),
        significance=Significance.MODERATE,
        based_on=latest.id,
        by=None,
    )
    publishing.publish(session, article, language="en", by=None)


def _write_around(session: Session) -> None:
    glossary.write_term(
        session, {"en": TermWords("Invoice", "A letter that says what you owe.")}, article_id=None, by=None
    )
    begun = clock.now() - timedelta(minutes=1)
    for kind, title in ((NewsKind.NEWS, "Open on Saturdays"), (NewsKind.INCIDENT, "Cards do not work")):
        article = session.scalars(select(Article).where(Article.review_due_on.is_not(None))).one()
        plan = Plan(kind, begun, category_id=article.category_id)
        news.write_news(session, plan, {"en": NewsWords(title, "What to do *meanwhile*.")}, by=None)
    synonym_sets.write_set(session, "en", ["lamp", "light", "luminaire"], by=None)
    _write_learned(session)


def _write_learned(session: Session) -> None:
    """A question that is learned, one that waits for a second voice, one that is blocked, and a best bet."""
    said = [
        ("why does it flicker all the time", 1, True),
        ("Flickers all the time!", 2, True),
        ("flickering all the time", 3, True),
        ("flicker, all the time", 4, False),
        ("socket sparks loudly", 5, True),
        ("free holiday voucher", 6, True),
    ]
    for question, voter, fixed in said:
        record_evidence(
            session,
            [question],
            kind="article",
            group="1",
            language="en",
            what=EvidenceKind.CUSTOMER_YES if fixed else EvidenceKind.CUSTOMER_NO,
            voice=f"voter {voter}",
            reference=f"vote {voter}",
        )
    editor = session.scalars(select(Account).where(Account.email == EDITOR)).one()
    rubbish = session.scalars(select(QueryAssociation).where(QueryAssociation.text.contains("voucher"))).one()
    deciding.decide(session, rubbish.id, deciding.Decision.BLOCK, seen=0, by=editor)
    deciding.pin(session, "rewire my chandelier", kind="article", group="1", language="en", by=editor)


def _test_search(app: Flask) -> None:
    """One test that holds, and one that fails with something else instead."""
    with app.app_context(), db.sessionmaker() as session:
        tests = [
            relevance.add_test(session, question, language="en", kind="article", key="1:en", by=None)
            for question in ("mending a lamp", "paint")
        ]
        relevance.check_and_keep(session, tests)
        session.commit()


def _visit(app: Flask) -> None:
    """Two visitors find nothing with one word, then a solution with another."""
    for number in (1, 2):
        somebody = Somebody(app, address=f"192.0.2.{number}")
        somebody.searches("mend the bulb", results=0)
        somebody.clicks(somebody.searches("mend the lamp"), key="1:en")
        somebody.votes(fixed=True, key="1:en")


def _write_requests(session: Session) -> dict[str, str]:
    asked = Inquiry(text="My key is gone.", email="kim@example.com", phone="+1 555 0100", name="Kim", language="en")
    ticket: Ticket = send_request(session, asked)
    waiting = following.follow_article(session, 1, "en", email="kim@example.com", kind=FollowKind.CHANGES)
    certain = following.follow_article(session, 1, "en", email="lee@example.com", kind=FollowKind.CHANGES)
    assert waiting
    assert certain
    following.confirm(session, certain)
    return {
        "request": urlsplit(follow_path(ticket)).path,
        "reference": ticket.reference,
        "to_confirm": f"/following/{signed(FOLLOWING, waiting.id)}",
        "following": f"/following/{signed(FOLLOWING, certain.id)}",
    }
