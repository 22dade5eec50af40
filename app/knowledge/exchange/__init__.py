"""Articles as Markdown, in and out: `flask content import`, `export`, `check-links` and `start`.

An import reads a tree (`reading`, `frontmatter`, `sources`), understands its dialect (`dialects`, `languages`,
`includes`, `markup`), plans (`plan`, `addresses`, `placing`, `titles`), compares with the store (`deciding`), gives ids
(`numbering`) and writes (`writing`, `restoring`). `ownformat` names what `exporting` writes.
"""

from flask import Flask
from flask_babel import gettext as _

from app.foundation.database import db
from app.foundation.starting import add_start_step
from app.knowledge.exchange.commands import content, start_quietly
from app.knowledge.exchange.starting import has_own_articles
from app.web.desk import add_first_step


def install(app: Flask) -> None:
    """Add the `flask content` commands, and have the starter articles brought in at the first start."""
    app.cli.add_command(content)
    add_start_step(app, "starter articles", start_quietly)
    add_first_step(
        app,
        lambda: _("Bring in your own articles"),
        lambda: _("Type %(command)s.", command="flask content import FOLDER --dry-run"),
        lambda: has_own_articles(db.session),
    )
