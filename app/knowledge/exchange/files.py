"""The images and other files of a tree: checked, stored, and named in the texts that use them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from app.foundation.database import transaction
from app.foundation.errors import InvalidInput
from app.knowledge import attachments
from app.knowledge.exchange import marks, ownformat
from app.knowledge.exchange.plan import Plan, PlannedText
from app.knowledge.exchange.report import Report

BATCH = 20
Counting = Callable[[int, str], AbstractContextManager[Callable[[int], None]]]


def store_files(plan: Plan, texts: Iterable[PlannedText], report: Report, counting: Counting) -> dict[str, str]:
    """Store every file that these texts use, and give the address that each has now. What is refused is reported."""
    users = _users(plan, texts)
    paths = sorted(users)
    found: dict[str, str] = {}
    with counting(len(paths), "Files") as done:
        for start in range(0, len(paths), BATCH):
            with transaction() as session:
                for path in paths[start : start + BATCH]:
                    address = _stored(session, plan, path, users[path], report)
                    if address:
                        found[path] = address
            done(len(paths[start : start + BATCH]))
    return found


def check_files(plan: Plan, texts: Iterable[PlannedText], report: Report) -> None:
    """Report the files that would be refused; nothing is kept."""
    for path, user in sorted(_users(plan, texts).items()):
        try:
            attachments.check(plan.tree.where(path).read_bytes(), plan.filename(path))
        except InvalidInput as error:
            _refuse(path, user, error, report)


def _users(plan: Plan, texts: Iterable[PlannedText]) -> dict[str, str]:
    """Every file in use and the first text that uses it; of an export all its attachments."""
    users: dict[str, str] = {}
    for text in texts:
        for body in (text.body, *(each.body for each in text.history)):
            for path in marks.files_in(body):
                users.setdefault(path, text.path)
    for path in plan.tree.files if plan.is_export else ():
        if path.startswith(f"{ownformat.ATTACHMENTS}/"):
            users.setdefault(path, path)
    return users


def _stored(session: Session, plan: Plan, path: str, user: str, report: Report) -> str:
    try:
        stored = attachments.store(session, plan.tree.where(path).read_bytes(), plan.filename(path))
    except InvalidInput as error:
        _refuse(path, user, error, report)
        return ""
    return f"attachment:{stored.sha256}/{plan.filename(path)}"


def _refuse(path: str, user: str, error: InvalidInput, report: Report) -> None:
    report.problem(user, f"file {path} was refused: {error}")
