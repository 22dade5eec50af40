"""The page of all news, and the desk page where news and incidents are written, planned, resolved and ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.roles import Permission
from app.accounts.signing_in import reader_groups, signed_in_account
from app.foundation import clock, jobs, markdown
from app.foundation.database import db
from app.foundation.errors import InvalidInput
from app.foundation.text import whole_number
from app.knowledge import areas, news
from app.knowledge.news import News, NewsKind, NewsWords, Plan
from app.web.access import PUBLIC, access
from app.web.desk import add_desk_page
from app.web.languages import reader_language, site_languages
from app.web.moments import moment_field, moment_from_field
from app.web.page_cache import kept
from app.web.transaction import mark_failed

pages = Blueprint("news", __name__, template_folder="templates")

#: How long a resolved incident stays in sight, and news for which nobody said how long.
_AFTER_RESOLVED = timedelta(hours=24)
_NEWS_STAY = timedelta(days=14)


@dataclass
class NewsForm:
    """What was typed, so that a refused form loses nothing. `words` is by language, `number` the id when it has one."""

    number: int = 0
    kind: str = NewsKind.NEWS.value
    starts_at: str = ""
    ends_at: str = ""
    category: str = ""
    article: str = ""
    words: dict[str, NewsWords] = field(default_factory=dict)


def install(app: Flask) -> None:
    """Connect the pages and the job of news."""
    app.register_blueprint(pages)
    jobs.add_job_kind(app, "show_news", news.raise_version_when_due)
    add_desk_page(
        app,
        "news.desk",
        lambda: _("News and incidents"),
        icon="bell",
        permission=Permission.PUBLISH_ARTICLES,
        position=40,
        about=lambda: _("What everybody has to know just now, above all pages or those of one area."),
    )


@pages.get("/news")
@access(PUBLIC)
@kept
def history() -> str:
    """All that was told so far, the latest first."""
    shown = news.history(db.session, language=reader_language(), readers=reader_groups())
    return render_template("knowledge/news.html", news=shown, now=clock.now())


@pages.get("/desk/news")
@access(Permission.PUBLISH_ARTICLES)
def desk() -> str:
    """What is shown, planned and over, and the form for new ones."""
    return _desk_page(_fresh_form())


@pages.get("/desk/news/<int:news_id>")
@access(Permission.PUBLISH_ARTICLES)
def one(news_id: int) -> str:
    """One piece of news, to be changed."""
    return _desk_page(_form_of(news.news_of(db.session, news_id)))


@pages.post("/desk/news/<int:news_id>")
@access(Permission.PUBLISH_ARTICLES)
def write(news_id: int) -> AnyResponse:
    """Write a piece of news (0) or change one, or show how it would look."""
    return _written(news.news_of(db.session, news_id) if news_id else None)


@pages.post("/desk/news/<int:news_id>/resolution")
@access(Permission.PUBLISH_ARTICLES)
def resolve(news_id: int) -> AnyResponse:
    """Say that an incident is over, or that it is back."""
    found, by = news.news_of(db.session, news_id), signed_in_account()
    if request.form.get("do") == "reopen":
        news.reopen(db.session, found, by=by)
    else:
        words = {language: request.form.get(f"resolution_{language}", "") for language in site_languages()}
        news.resolve(db.session, found, words, ends_at=clock.now() + _AFTER_RESOLVED, by=by)
    return redirect(url_for("news.desk", done="changed"), 303)


@pages.post("/desk/news/<int:news_id>/end")
@access(Permission.PUBLISH_ARTICLES)
def end(news_id: int) -> AnyResponse:
    """Take a piece of news away from the pages."""
    news.end(db.session, news.news_of(db.session, news_id), by=signed_in_account())
    return redirect(url_for("news.desk", done="ended"), 303)


def _written(existing: News | None) -> AnyResponse:
    typed = _typed(existing.id if existing else 0)
    if request.form.get("do") == "preview":
        mark_failed()
        return make_response(_desk_page(typed, previews=_previews(typed)))
    try:
        news.write_news(db.session, _plan(typed), typed.words, by=signed_in_account(), news=existing)
    except InvalidInput as error:
        return _refused(typed, error)
    return redirect(url_for("news.desk", done="saved"), 303)


def _refused(typed: NewsForm, error: InvalidInput) -> Response:
    mark_failed()
    db.session.rollback()
    return make_response(_desk_page(typed, error=error), error.status)


def _desk_page(form: NewsForm, *, error: InvalidInput | None = None, previews: Any = ()) -> str:
    rows = news.every_news(db.session)
    shown = news.shown(db.session, rows, language=reader_language(), readers=reader_groups())
    return render_template(
        "knowledge/desk_news.html",
        form=form,
        error=error,
        previews=previews,
        news=shown,
        now=clock.now(),
        categories=areas.category_choices(db.session),
        form_languages=site_languages(),
        kinds=list(NewsKind),
    )


def _fresh_form() -> NewsForm:
    now = clock.now()
    return NewsForm(starts_at=moment_field(now), ends_at=moment_field(now + _NEWS_STAY))


def _form_of(row: News) -> NewsForm:
    return NewsForm(
        number=row.id,
        kind=row.kind.value,
        starts_at=moment_field(row.starts_at),
        ends_at=moment_field(row.ends_at),
        category=str(row.category_id or ""),
        article=str(row.article_id or ""),
        words={each.language: NewsWords(each.title, each.text, each.resolution) for each in row.texts},
    )


def _typed(number: int) -> NewsForm:
    given = request.form
    return NewsForm(
        number=number,
        kind=given.get("kind", ""),
        starts_at=given.get("starts_at", ""),
        ends_at=given.get("ends_at", ""),
        category=given.get("category", ""),
        article=given.get("article", "").strip(),
        words={
            language: NewsWords(
                given.get(f"title_{language}", ""),
                given.get(f"text_{language}", ""),
                given.get(f"resolution_{language}", ""),
            )
            for language in site_languages()
        },
    )


def _plan(typed: NewsForm) -> Plan:
    if typed.kind not in set(NewsKind):
        raise InvalidInput(_("Choose whether it is news or an incident."), field="kind")
    return Plan(
        kind=NewsKind(typed.kind),
        starts_at=_moment(typed.starts_at, "starts_at") or clock.now(),
        ends_at=_moment(typed.ends_at, "ends_at"),
        category_id=_number(typed.category, "category"),
        article_id=_number(typed.article, "article"),
    )


def _moment(text: str, name: str) -> datetime | None:
    try:
        return moment_from_field(text)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            _("“%(words)s” is no date with a time: write 2026-05-03T14:20.", words=text), field=name
        ) from error


def _number(text: str, name: str) -> int | None:
    if not text:
        return None
    number = whole_number(text)
    if number is None:
        raise InvalidInput(_("“%(words)s” is no number of an article or area.", words=text[:40]), field=name)
    return number


def _previews(typed: NewsForm) -> list[dict[str, Any]]:
    """How the typed news would look, in every language that they are written in."""
    return [
        {
            "kind": typed.kind,
            "language": language,
            "title": each.title,
            "html": Markup(markdown.render(each.text[: news.LONGEST_TEXT], language=language).html),  # noqa: S704  # made safe there
        }
        for language, each in typed.words.items()
        if each.title.strip()
    ]
