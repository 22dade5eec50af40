"""The articles that a new installation starts with: the help of this product itself, in `content/`."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.database import reading
from app.knowledge.exchange.importing import Steps, import_content
from app.knowledge.exchange.report import Report
from app.knowledge.models import Article, ImportedFile
from config import ROOT, Settings

STARTER_ARTICLES = ROOT / "content" / "articles"
COLLECTION = "content"


def start(settings: Settings, steps: Steps) -> Report | None:
    """Bring in the starter articles when the store is empty or an earlier start was broken off; else give None."""
    with reading() as session:
        if not is_to_start(session) or not STARTER_ARTICLES.is_dir():
            return None
    return import_content(settings, STARTER_ARTICLES, steps=steps, collection=COLLECTION)


def has_own_articles(session: Session) -> bool:
    """Whether there is an article that did not come with the product."""
    ours = select(ImportedFile.article_id).where(ImportedFile.collection == COLLECTION)
    return session.scalar(select(Article.id).where(Article.id.not_in(ours)).limit(1)) is not None


def is_to_start(session: Session) -> bool:
    """Whether there is no article yet, or starter articles wait to be finished."""
    unfinished = (ImportedFile.collection == COLLECTION) & (ImportedFile.digest == "")
    return session.scalar(select(Article.id).limit(1)) is None or bool(
        session.scalar(select(ImportedFile.path).where(unfinished).limit(1))
    )
