"""Makers for rows: each gives something whole and valid, and takes what the test is about."""

from __future__ import annotations

import itertools
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import passwords
from app.accounts.models import Account
from app.accounts.roles import Role
from app.foundation import clock
from app.knowledge import publishing
from app.knowledge.categories import category_at
from app.knowledge.models import Article, Significance

_numbers = itertools.count(1)


class Make:
    """Adds rows to one session and flushes them; the test commits."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def account(self, role: Role = Role.READER, *, password: str | None = None, **fields: Any) -> Account:
        """An account, with an e-mail address of its own; it can sign in when it is given a password."""
        number = next(_numbers)
        values = {"email": f"person{number}@example.com", "display_name": f"Person {number}", "created_at": clock.now()}
        if password is not None:
            values["password_hash"] = passwords.hashed(password)
        account = Account(role=role, **(values | fields))
        self.session.add(account)
        self.session.flush()
        return account

    def article(
        self,
        title: str = "How do I reset my password?",
        body: str = "Press **Forgot password** and follow the link.",
        *,
        short_answer: str = "",
        language: str = "en",
        published: bool = True,
        category: str = "",
        aliases: tuple[str, ...] = (),
        tags: tuple[str, ...] = (),
        **columns: Any,
    ) -> Article:
        """An article with one revision, published unless told otherwise; `category` is a path."""
        article = publishing.create_article(
            self.session,
            language=language,
            text=publishing.ArticleText(title, body, short_answer),
            by=None,
            category=category_at(self.session, category) if category else None,
            **columns,
        )
        if aliases:
            publishing.set_aliases(self.session, article, language, aliases)
        if tags:
            publishing.set_tags(self.session, article, tags)
        if published:
            publishing.publish(self.session, article, language=language, by=None)
        return article

    def translation(
        self, article: Article, language: str, title: str, body: str = "…", *, published: bool = True
    ) -> None:
        """A translation of an article, published unless told otherwise."""
        text = publishing.ArticleText(title, body)
        significance = Significance.MAJOR
        publishing.save_revision(
            self.session, article, language=language, text=text, significance=significance, based_on=None, by=None
        )
        if published:
            publishing.publish(self.session, article, language=language, by=None)
