"""The number under which rendered pages are kept; it goes up with every change that readers can see."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.foundation.database import is_postgresql
from app.knowledge.models import SiteVersion


def raise_site_version(session: Session) -> None:
    """Have every kept page made anew once the transaction at hand is committed."""
    insert = postgresql.insert(SiteVersion) if is_postgresql(session) else sqlite.insert(SiteVersion)
    session.execute(
        insert.values(id=1, number=1).on_conflict_do_update(
            index_elements=[SiteVersion.id], set_={"number": SiteVersion.number + 1}
        )
    )
