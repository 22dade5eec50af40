"""The pages of signing in and of one's own account."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts import register, signing_in
from app.accounts.forms import PasswordForm, SignInForm
from app.accounts.models import Account
from app.accounts.roles import Permission, permissions_of
from app.accounts.signing_in import Refusal
from app.foundation.database import db
from app.foundation.errors import InvalidInput
from app.web.access import PUBLIC, access

blueprint = Blueprint("accounts", __name__, template_folder="templates")


@blueprint.get("/sign-in")
@access(PUBLIC)
def sign_in() -> AnyResponse:
    """The form to sign in; somebody who has done so is sent on."""
    wanted = signing_in.own_path(request.args.get("next"))
    account = signing_in.signed_in_account()
    if account is not None:
        return redirect(wanted or _first_page(account))
    return _page("accounts/sign_in.html", form=SignInForm(formdata=None, next=wanted or ""))


@blueprint.post("/sign-in")
@access(PUBLIC)
def open_session() -> AnyResponse:
    """Sign in, and go to where the person wanted to go."""
    form = SignInForm()
    refusal: Refusal | None = None
    if form.validate():
        outcome = signing_in.sign_in(db.session, form.email.data, form.password.data)
        if isinstance(outcome, Account):
            return redirect(signing_in.own_path(form.next.data) or _first_page(outcome), code=303)
        refusal = outcome
    return _refused("accounts/sign_in.html", refusal, form=form)


@blueprint.post("/sign-out")
@access(PUBLIC)
def sign_out() -> AnyResponse:
    """End the session."""
    signing_in.sign_out()
    return redirect("/", code=303)


@blueprint.get("/account")
@access(Permission.READ_SIGNED_IN)
def own_account() -> AnyResponse:
    """Who one is to the site, and the form to change the password."""
    return _page(
        "accounts/account.html",
        account=signing_in.signed_in_account(),
        form=PasswordForm(formdata=None),
        is_changed=request.args.get("changed") == "password",
    )


@blueprint.post("/account/password")
@access(Permission.READ_SIGNED_IN)
def change_password() -> AnyResponse:
    """Change the password; every other session of this person ends, this one goes on."""
    account = signing_in.signed_in_account()
    assert account is not None  # noqa: S101  # the access above
    form = PasswordForm()
    refusal: Refusal | None = None
    if form.validate():
        try:
            refusal = register.change_own_password(
                db.session, account, current=form.current.data, new=form.password.data
            )
        except InvalidInput as error:
            form.password.errors = [*form.password.errors, str(error)]
        else:
            if refusal is None:
                signing_in.open_session(account)
                return redirect(url_for(".own_account", changed="password"), code=303)
    return _refused("accounts/account.html", refusal, form=form, account=account, is_changed=False)


def _first_page(account: Account) -> str:
    return url_for("desk.home") if Permission.READ_STAFF in permissions_of(account.role) else "/"


def _page(template: str, **context: object) -> Response:
    response = make_response(render_template(template, **context))
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(template: str, refusal: Refusal | None, *, form: SignInForm | PasswordForm, **context: object) -> Response:
    if refusal is not None:
        form.form_errors.append(refusal.message)
    response = _page(template, form=form, **context)
    response.status_code = 422
    if refusal is not None and refusal.wait is not None:
        response.status_code = 429
        response.headers["Retry-After"] = str(int(refusal.wait.total_seconds()) + 1)
    return response
