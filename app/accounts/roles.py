"""Who may do what: the whole policy of the product on one page."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is to the site; each may do all that the ones above it here may."""

    READER = "reader"
    AGENT = "agent"
    EDITOR = "editor"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One thing that a person may be allowed to do."""

    READ_PUBLIC = "read_public"
    READ_SIGNED_IN = "read_signed_in"
    READ_STAFF = "read_staff"
    EDIT_ARTICLES = "edit_articles"
    MAKE_TOKENS = "make_tokens"
    PUBLISH_ARTICLES = "publish_articles"
    ORGANISE_CATEGORIES = "organise_categories"
    SEE_REPORTS = "see_reports"
    MANAGE_ACCOUNTS = "manage_accounts"
    RUN_THE_SITE = "run_the_site"


_ADDED_BY_ROLE: dict[Role | None, set[Permission]] = {
    None: {Permission.READ_PUBLIC},
    Role.READER: {Permission.READ_SIGNED_IN},
    Role.AGENT: {Permission.READ_STAFF, Permission.EDIT_ARTICLES, Permission.MAKE_TOKENS},
    Role.EDITOR: {Permission.PUBLISH_ARTICLES, Permission.ORGANISE_CATEGORIES},
    Role.MANAGER: {Permission.SEE_REPORTS},
    Role.ADMINISTRATOR: {Permission.MANAGE_ACCOUNTS, Permission.RUN_THE_SITE},
}


def permissions_of(role: Role | None) -> frozenset[Permission]:
    """All that somebody of this role may do; None is a visitor who has not signed in."""
    ladder: list[Role | None] = [None, *Role]
    held: set[Permission] = set()
    for step in ladder[: ladder.index(role) + 1]:
        held |= _ADDED_BY_ROLE[step]
    return frozenset(held)
