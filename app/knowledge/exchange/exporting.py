"""Writing the whole store as Markdown in our own format, aside first and then put in its place at once."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.foundation.database import is_postgresql
from app.foundation.errors import InvalidInput
from app.knowledge import attachments
from app.knowledge.exchange import frontmatter, ownformat
from app.knowledge.exchange.exported import Layout, article_files, category_files
from app.knowledge.exchange.storage import clear_about_space
from app.knowledge.exchange.terms import GLOSSARY, written_terms
from app.knowledge.models import Article, ArticleAttachment, ArticleTag, Attachment, Tag

SUMS = "knowledge.sha256"
_FOLDERS = (ownformat.ARTICLES, ownformat.HISTORY, ownformat.ATTACHMENTS)
_OURS = (*_FOLDERS, GLOSSARY, ownformat.MARKER, SUMS)
_CHUNK = 200


def export_content(session: Session, path: Path) -> tuple[int, list[str]]:
    """Write everything to `path`, which is new, empty or an earlier export; files that are not of the export stay.

    Returns:
        The number of articles, and what could not be written, in words.

    Raises:
        InvalidInput: the path holds something else, or a file of the earlier export was changed since.
        Unavailable: the disk is full; an earlier export is still as it was.
    """
    path = path.absolute()
    foreign = _foreign_files(path)
    with clear_about_space("The earlier export is untouched."):
        path.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
        try:
            count, missing = _write(session, aside)
            for file in foreign:
                _keep(path / file, aside / file)
            _swap(aside, path)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return count, missing


def _foreign_files(path: Path) -> list[Path]:
    """Files that somebody else put into the folders of an earlier export."""
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return []
    sums = path / SUMS
    if not (path / ownformat.MARKER).is_file() or not sums.is_file():
        raise InvalidInput(f"{path} holds something that is no export: give a new folder, nothing there was touched.")
    lines = [line.partition("  ") for line in sums.read_text(encoding="utf-8").splitlines()]
    written = {name: digest for digest, _, name in lines}
    foreign = []
    for top in (*_FOLDERS, GLOSSARY):
        below = [path / top] if (path / top).is_file() else (path / top).rglob("*")
        for file in sorted(each for each in below if not each.is_dir()):
            name = file.relative_to(path).as_posix()
            if name not in written:
                foreign.append(Path(name))
            elif hashlib.sha256(file.read_bytes()).hexdigest() != written[name]:
                raise InvalidInput(
                    f"{file} was changed since the last export: import it first, or export to a new folder."
                )
    return foreign


def _write(session: Session, root: Path) -> tuple[int, list[str]]:
    if is_postgresql(session):
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    sums: dict[str, str] = {}

    def put(name: str, content: bytes) -> None:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        sums[name] = hashlib.sha256(content).hexdigest()

    layout = Layout.of(session)
    for name, values in category_files(session):
        put(name, frontmatter.dump(values).encode())
    ids = sorted(layout.files)
    for start in range(0, len(ids), _CHUNK):
        for name, text in article_files(session, layout, ids[start : start + _CHUNK]):
            put(name, text.encode())
        session.expunge_all()
    missing = _write_attachments(session, root, sums)
    used = select(ArticleTag.tag_id)
    about = {
        "format": ownformat.FORMAT,
        "unused_tags": list(session.scalars(select(Tag.name).where(Tag.id.not_in(used)).order_by(Tag.name))),
        "highest_id": session.scalar(select(func.max(Article.id))) or 0,
        "attachments": {
            row.sha256: row.created_at for row in session.scalars(select(Attachment).order_by(Attachment.sha256))
        },
    }
    terms = written_terms(session)
    if terms:
        put(GLOSSARY, frontmatter.dump(terms).encode())
    put(ownformat.MARKER, frontmatter.dump(about).encode())
    lines = [f"{sums[name]}  {name}\n" for name in sorted(sums)]
    (root / SUMS).write_text("".join(lines), encoding="utf-8")
    return len(ids), missing


def _write_attachments(session: Session, root: Path, sums: dict[str, str]) -> list[str]:
    names: dict[str, set[str]] = {sha256: set() for sha256 in session.scalars(select(Attachment.sha256))}
    for sha256, filename in session.execute(select(ArticleAttachment.sha256, ArticleAttachment.filename)):
        if ownformat.attachment_file(sha256, filename):
            names[sha256].add(filename)
    missing = []
    for sha256, filenames in sorted(names.items()):
        source = attachments.path_of(sha256)
        if not source.is_file():
            missing.append(f"attachment {sha256} ({', '.join(sorted(filenames)) or 'unused'}) is not on the disk")
            continue
        for filename in sorted(filenames) or ["unused"]:
            name = f"{ownformat.ATTACHMENTS}/{sha256[:16]}/{filename}"
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, root / name)
            sums[name] = sha256
    return missing


def _keep(source: Path, target: Path) -> None:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)


def _swap(aside: Path, path: Path) -> None:
    """Put the new folders in place of the old ones; the marker goes last and comes last."""
    old = aside / "old"
    old.mkdir()
    for name in reversed(_OURS):
        if (path / name).exists():
            (path / name).replace(old / name)
    for name in _OURS:
        if (aside / name).exists():
            (aside / name).replace(path / name)
