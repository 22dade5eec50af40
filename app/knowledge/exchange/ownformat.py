"""Our own format: the names that the export writes and the import reads.

`articles/<category>/<slug>.md` is an article in the language that it was first written in, `<slug>.<language>.md`
another language; `_category.yml` describes a folder; `history/<article>/<language>/<number>.md` keeps the other
revisions; `attachments/` the files; `knowledge.yml` marks the folder as an export.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from app.foundation import clock
from app.knowledge.exchange import frontmatter
from app.knowledge.exchange.reading import Tree, read_text
from app.knowledge.exchange.report import Report
from app.knowledge.models import ArticleState, ArticleType, Audience, Confidence, Governance, Significance

MARKER = "knowledge.yml"
FORMAT = 1
ARTICLES = "articles"
HISTORY = "history"
ATTACHMENTS = "attachments"
CATEGORY_FILE = "_category.yml"
LONGEST_WORD = 200
#: What the name of the collection starts with when files come from an export; an export leaves these out again.
EXPORT_PREFIX = "export:"
LARGEST_TEXT = 16 * 2**20
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_FILE_NAME = re.compile(r"[^\x00-\x1f/\\]{1,200}")

Word = TypeVar("Word", bound=StrEnum)

#: Keys of front matter that say when a text was changed: Jekyll's, Hugo's, Docusaurus' and DocFX' own.
_CHANGED_AT = ("last_updated", "last_modified_at", "last_update", "lastmod", "updated_at", "updated", "ms.date", "date")


@dataclass(frozen=True)
class KeptRevision:
    """A revision as it was written down. `translates` is `<language>:<number>` or empty."""

    number: int
    line: int
    significance: Significance
    title: str
    short_answer: str
    body: str
    comment: str
    author: str
    created_at: datetime
    based_on: int | None
    translates: str
    path: str


@dataclass(frozen=True)
class Kept:
    """What the front matter of our own format says beyond other formats."""

    article_id: int | None = None
    slug: str = ""
    columns: dict[str, Any] = field(default_factory=dict)
    owner: str = ""
    verified_by: str = ""
    replaced_by: int | None = None
    is_published: bool | None = None
    published_at: datetime | None = None
    changed_at: datetime | None = None
    published_by: str = ""
    revision: int | None = None
    files: dict[str, str] = field(default_factory=dict)
    redirects_any: tuple[str, ...] = ()
    imported_from: tuple[tuple[str, str, str, datetime], ...] = ()


def attachment_file(sha256: str, filename: str) -> str:
    """Where an attachment lies in an export, or "" when no file can have this name."""
    if not _FILE_NAME.fullmatch(filename) or filename in (".", "..") or len(filename.encode()) > 240:
        return ""
    return f"{ATTACHMENTS}/{sha256[:16]}/{filename}"


def is_export(tree: Tree) -> bool:
    """Whether the folder is one of our exports."""
    return MARKER in tree.files


def is_language(value: object) -> bool:
    """Whether it is the code of a language."""
    return isinstance(value, str) and bool(_LANGUAGE.fullmatch(value))


def is_history(path: str) -> bool:
    """Whether the file is an earlier or later text of an article."""
    return path.startswith(f"{HISTORY}/")


def body_of(rest: str, *, is_exact: bool) -> str:
    """The body behind the front matter; of an export to the letter, of other files without blank lines around it."""
    if not is_exact:
        return rest.strip("\n").rstrip()
    return rest.removeprefix("\n").removeprefix("\n").removesuffix("\n")


def kept(header: Mapping[str, Any], problem: Any) -> Kept:
    """Read our own keys; `problem(what, needle)` is told of values that cannot be used; they count as not given."""
    columns: dict[str, Any] = {}
    kinds: tuple[tuple[str, type[StrEnum]], ...] = (
        ("type", ArticleType),
        ("audience", Audience),
        ("state", ArticleState),
        ("confidence", Confidence),
        ("governance", Governance),
    )
    for key, kind in kinds:
        word = one_of(kind, header.get(key))
        if word is not None:
            columns[key] = word
        elif header.get(key) and key in ("audience", "state"):
            problem(f"has {key} {str(header[key])[:40]!r}, which is none of {', '.join(kind)}", f"{key}:")
    if isinstance(header.get("featured"), bool):
        columns["is_featured"] = header["featured"]
    for key, column in (("created_at", "created_at"), ("archived_at", "archived_at"), ("verified_at", "verified_at")):
        if (moment := as_moment(header.get(key))) is not None:
            columns[column] = moment
    due = header.get("review_due_on")
    if isinstance(due, date) and not isinstance(due, datetime):
        columns["review_due_on"] = due
    files = header.get("files")
    return Kept(
        article_id=whole(header.get("id")),
        slug=short(header.get("slug")).strip("/").rpartition("/")[2],
        columns=columns,
        owner=short(header.get("owner")),
        verified_by=short(header.get("verified_by")),
        replaced_by=whole(header.get("replaced_by")),
        is_published=_is_published(header),
        published_at=as_moment(header.get("published_at")),
        changed_at=_changed_at(header),
        published_by=short(header.get("published_by")),
        revision=whole(header.get("revision")),
        files={str(key): str(value) for key, value in files.items()} if isinstance(files, dict) else {},
        imported_from=_imported_from(header.get("imported_from")),
        redirects_any=tuple(words(header.get("redirects_any_language"))),
    )


def revision_of(header: Mapping[str, Any], body: str, path: str) -> KeptRevision:
    """A revision as its own file or the front matter of an article says. Raises ValueError when it cannot be one."""
    number, line = whole(header.get("revision")), whole(header.get("line"))
    created_at = as_moment(header.get("revised_at"))
    title = header.get("title")
    if number is None or created_at is None or not isinstance(title, str) or not title.strip():
        raise ValueError("it lacks revision, revised_at or title")
    return KeptRevision(
        number=number,
        line=min(line or 1, number),
        significance=one_of(Significance, header.get("significance")) or Significance.MODERATE,
        title=title,
        short_answer=short(header.get("short_answer"), 300),
        body=body,
        comment=short(header.get("comment"), 2000),
        author=short(header.get("author")),
        created_at=created_at,
        based_on=whole(header.get("based_on")),
        translates=short(header.get("translates")),
        path=path,
    )


def histories(tree: Tree, report: Report) -> dict[tuple[int, str], list[KeptRevision]]:
    """The revisions kept in `history/`, by article id and language, in order of number."""
    found: dict[tuple[int, str], list[KeptRevision]] = {}
    for path in tree.files if is_export(tree) else ():
        parts = path.split("/")
        if not is_history(path) or len(parts) != 4 or not parts[1].isdigit() or path not in tree.markdown_set:
            continue
        text = read_text(tree, path, report, largest=LARGEST_TEXT)
        try:
            header, rest = frontmatter.split(text or "")
            revision = revision_of(header, body_of(rest, is_exact=True), path)
        except (ValueError, frontmatter.BrokenYaml) as error:
            report.problem(path, f"is no revision ({error}) and was left out")
            continue
        found.setdefault((int(parts[1]), parts[2]), []).append(revision)
    return {key: sorted(each, key=lambda revision: revision.number) for key, each in found.items()}


def read_history(value: object) -> tuple[tuple[int, datetime, Audience], ...]:
    """When which revision was published to whom, as (number, since when, for whom); what is wrong is left out."""
    found = []
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            number, moment = whole(each.get("revision")), as_moment(each.get("at"))
            audience = one_of(Audience, each.get("audience"))
            if number is not None and moment is not None and audience is not None:
                found.append((number, moment, audience))
    return tuple(found)


def one_of(kind: type[Word], value: object) -> Word | None:
    """The word of `kind` that was written, or None."""
    try:
        return kind(str(value).strip().lower().replace("-", "_").replace(" ", "_"))
    except ValueError:
        return None


def whole(value: object) -> int | None:
    """A whole number from 1 to 999,999,999, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9 else None


def short(value: object, longest: int = LONGEST_WORD) -> str:
    """A text of at most `longest` characters, or "" for anything else."""
    return value.strip()[:longest] if isinstance(value, str) else ""


def words(value: object, *, split: str = "") -> list[str]:
    """A list of texts, whether it was written as one text or as a list; numbers count as texts."""
    if isinstance(value, str):
        value = value.split(split) if split else [value]
    if not isinstance(value, list):
        return []
    return [text for each in value if isinstance(each, (str, int, float)) and (text := " ".join(str(each).split()))]


def as_moment(value: object) -> datetime | None:
    """A moment in UTC out of a YAML time, or None."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return None


def _changed_at(header: Mapping[str, Any]) -> datetime | None:
    """When the text was last changed where it comes from, by the keys that other systems use; never in the future."""
    for key in _CHANGED_AT:
        value = header.get(key)
        if isinstance(value, dict):
            value = value.get("date")
        if isinstance(value, str):
            value = _day(value.strip(), ("%Y-%m-%d", "%m/%d/%Y") if key == "ms.date" else ("%Y-%m-%d",))
        elif isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day, tzinfo=UTC)
        moment = as_moment(value)
        if moment is not None and moment <= clock.now():
            return moment
    return None


def _day(text: str, forms: Sequence[str]) -> datetime | None:
    for form in forms:
        with contextlib.suppress(ValueError):
            return datetime.strptime(text, form).replace(tzinfo=UTC)
    return None


def _is_published(header: Mapping[str, Any]) -> bool | None:
    if header.get("draft") is True or header.get("published") is False:
        return False
    if header.get("state"):
        return header.get("published_at") is not None or header.get("state") == ArticleState.PUBLISHED
    return None


def _imported_from(value: object) -> tuple[tuple[str, str, str, datetime], ...]:
    found = []
    for each in value if isinstance(value, list) else ():
        moment = as_moment(each.get("imported_at")) if isinstance(each, dict) else None
        names = [each.get(key) for key in ("collection", "path", "digest")] if moment else []
        if moment and all(isinstance(name, str) for name in names):
            found.append((str(names[0]), str(names[1]), str(names[2]), moment))
    return tuple(found)
