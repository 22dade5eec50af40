"""What an import did and met, for the person who started it: on the screen and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

SHOWN = 40


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that somebody should look at. `line` counts from 1; 0 means the file as a whole."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}" if self.line else f"{self.path}: {self.what}"


@dataclass
class Report:
    """Paths by what became of them. `left_out` gives the reason for every file that is no article."""

    source: str = ""
    collection: str = ""
    is_dry_run: bool = False
    dialects: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left_alone: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    links: Counter[str] = field(default_factory=Counter)
    articles: int = 0
    redirects: int = 0
    attachments: int = 0
    _problems: set[Problem] = field(default_factory=set)

    def problem(self, path: str, what: str, line: int = 0) -> None:
        """Note a problem; the same one twice counts once."""
        self._problems.add(Problem(path, line, what))

    def leave_out(self, path: str, why: str) -> None:
        """Note that a file was left out on purpose."""
        self.left_out[path] = why

    @property
    def problems(self) -> list[Problem]:
        """Every problem, in order of file and line."""
        return sorted(self._problems)

    def as_text(self) -> str:
        """The report for the screen: counts first, then the problems, the first few of each long list."""
        would = "would be " if self.is_dry_run else ""
        lines = [
            f"{self.source} (collection {self.collection}, {', '.join(self.dialects) or 'plain Markdown'})",
            f"  {len(self.created):>6} {would}created",
            f"  {len(self.changed):>6} {would}changed",
            f"  {len(self.left_alone):>6} left alone: nothing in them changed",
            f"  {len(self.conflicts):>6} changed in the file and on the site: {would}kept as an unpublished revision",
            f"  {len(self.vanished):>6} no longer in the folder: their articles stay",
            f"  {len(self.left_out):>6} files left out",
            f"  {self.articles:>6} articles, {self.attachments} attachments, {self.redirects} old addresses",
            "  " + ", ".join(f"{count} {kind}" for kind, count in sorted(self.links.items())) if self.links else "",
        ]
        reasons = Counter(self.left_out.values())
        lines += [f"left out: {count} × {reason}" for reason, count in reasons.most_common()]
        lines += [f"conflict: {path}" for path in self.conflicts[:SHOWN]]
        lines += [f"no longer in the folder: {path}" for path in self.vanished[:SHOWN]]
        problems = self.problems
        lines += [str(problem) for problem in problems[:SHOWN]]
        if len(problems) > SHOWN:
            lines.append(f"… and {len(problems) - SHOWN} more problems: --report FILE writes all of them.")
        lines.append(f"{len(problems)} problems" if problems else "No problems.")
        return "\n".join(line for line in lines if line)

    def as_json(self) -> str:
        """The whole report as JSON."""
        return json.dumps(
            {
                "source": self.source,
                "collection": self.collection,
                "dry_run": self.is_dry_run,
                "dialects": self.dialects,
                "articles": self.articles,
                "attachments": self.attachments,
                "redirects": self.redirects,
                "links": dict(sorted(self.links.items())),
                "created": self.created,
                "changed": self.changed,
                "left_alone": self.left_alone,
                "conflicts": self.conflicts,
                "vanished": self.vanished,
                "left_out": dict(sorted(self.left_out.items())),
                "problems": [{"path": each.path, "line": each.line, "what": each.what} for each in self.problems],
            },
            ensure_ascii=False,
            indent=1,
        )

    def write(self, path: Path) -> None:
        """Write the whole report as JSON."""
        path.write_text(self.as_json() + "\n", encoding="utf-8", errors="replace")
