"""How far a rebuild of the index is, told across processes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from flask import current_app


@dataclass(frozen=True)
class ProgressFile:
    """Where a rebuild tells how far it is, for whoever waits for it in another process."""

    path: Path

    def write(self, done: int, total: int) -> None:
        """Tell how far it is."""
        aside = self.path.with_suffix(".new")
        aside.write_text(json.dumps([done, total]), encoding="ascii")
        aside.replace(self.path)

    def read(self) -> tuple[int, int] | None:
        """How far it is; None when nothing is being built or nothing is known."""
        try:
            done, total = json.loads(self.path.read_text(encoding="ascii"))
            return int(done), int(total)
        except (OSError, ValueError, TypeError):
            return None

    def remove(self) -> None:
        """Forget it."""
        self.path.unlink(missing_ok=True)


def progress_file() -> ProgressFile:
    """The progress of this site's rebuild."""
    return ProgressFile(current_app.extensions["settings"].search_index_dir / "rebuild.progress")
