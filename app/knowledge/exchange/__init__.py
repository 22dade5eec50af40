"""Articles as Markdown, in and out: `flask content import`, `export`, `check-links` and `start`.

An import reads a tree (`reading`, `frontmatter`, `sources`), understands its dialect (`dialects`, `languages`,
`includes`, `markup`), plans (`plan`, `addresses`, `placing`, `titles`), compares with the store (`deciding`), gives ids
(`numbering`) and writes (`writing`, `restoring`). `ownformat` names what `exporting` writes.
"""

from flask import Flask

from app.foundation.starting import add_start_step
from app.knowledge.exchange.commands import content, start_quietly


def install(app: Flask) -> None:
    """Add the `flask content` commands, and have the starter articles brought in at the first start."""
    app.cli.add_command(content)
    add_start_step(app, "starter articles", start_quietly)
