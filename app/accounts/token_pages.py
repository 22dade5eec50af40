"""The page of one's own tokens for programs: which there are, a new one, and taking one back."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.accounts import tokens
from app.accounts.models import Account
from app.accounts.roles import Permission
from app.accounts.signing_in import signed_in_account
from app.accounts.tokens import Scope
from app.foundation import clock
from app.foundation.database import db
from app.web.access import access

blueprint = Blueprint("tokens", __name__, template_folder="templates")


class TokenForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What a new token is for, what it may do and for how long."""

    name = StringField(
        lazy_gettext("Name of the program"),
        description=lazy_gettext("So that you know later what this token was made for."),
        validators=[
            InputRequired(lazy_gettext("Name the program.")),
            Length(max=tokens.LONGEST_NAME, message=lazy_gettext("This name is too long.")),
        ],
    )
    scopes = SelectMultipleField(
        lazy_gettext("What it may do"),
        choices=[scope.value for scope in Scope],
        validators=[InputRequired(lazy_gettext("Choose at least one thing that the program may do."))],
    )
    days = SelectField(
        lazy_gettext("How long it can be used"),
        choices=[
            SelectChoice("30", lazy_gettext("30 days")),
            SelectChoice("90", lazy_gettext("90 days")),
            SelectChoice("365", lazy_gettext("One year")),
            SelectChoice("", lazy_gettext("Until I revoke it")),
        ],
        default="90",
    )


@blueprint.get("/account/tokens")
@access(Permission.MAKE_TOKENS)
def own_tokens() -> Response:
    """The tokens of whoever is signed in, and the form for a new one."""
    return _page(TokenForm(formdata=None))


@blueprint.post("/account/tokens")
@access(Permission.MAKE_TOKENS)
def make_token() -> Response:
    """Make a token and show it, this once: it is in no address and in no cache."""
    form, account = TokenForm(), _account()
    if not form.validate():
        return _page(form, status=422)
    _made, secret = tokens.make_token(
        db.session,
        account,
        name=form.name.data,
        scopes=form.scopes.data,
        days=int(form.days.data) if form.days.data else None,
        by=account,
    )
    return _page(TokenForm(formdata=None), secret=secret)


@blueprint.post("/account/tokens/<prefix>/revoke")
@access(Permission.MAKE_TOKENS)
def revoke_token(prefix: str) -> AnyResponse:
    """Take one's own token back."""
    account = _account()
    tokens.revoke_token(db.session, tokens.token_of(db.session, prefix, of=account), by=account)
    return redirect("/account/tokens?revoked=yes", code=303)


def _account() -> Account:
    account = signed_in_account()
    assert account is not None  # noqa: S101  # the access of the views
    return account


def _page(form: TokenForm, *, secret: str = "", status: int = 200) -> Response:
    account, now = _account(), clock.now()
    meanings = _meanings()
    response = make_response(
        render_template(
            "accounts/tokens.html",
            form=form,
            secret=secret,
            is_revoked=request.args.get("revoked") == "yes",
            tokens=[(each, tokens.state_of(each, at=now)) for each in tokens.tokens(db.session, of=account)],
            scopes=[(scope, meanings[scope]) for scope in tokens.scopes_open_to(account)],
        ),
        status,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _meanings() -> dict[Scope, str]:
    return {
        Scope.ARTICLES_READ: _("Read the articles that you may read, also those that are not for everybody"),
        Scope.ARTICLES_WRITE: _("Read drafts, write articles and change them"),
        Scope.ARTICLES_PUBLISH: _("Show texts to readers, and take articles away from them"),
        Scope.CATEGORIES_WRITE: _("Make, rename and move areas"),
        Scope.REDIRECTS_WRITE: _("List, add and remove old addresses"),
        Scope.VOTES_READ: _("Count the answers to “Did this fix your problem?”"),
    }
