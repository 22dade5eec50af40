"""What customers say of a question, for tests of what it teaches."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.search import learning
from app.search.models import EvidenceKind


def say(session: Session, voice: int, *questions: str, group: str = "1", is_counted: bool = True) -> None:
    """Have one voice say yes to a leaflet after these questions."""
    learning.record_evidence(
        session,
        questions,
        kind="leaflet",
        group=group,
        language="en",
        what=EvidenceKind.CUSTOMER_YES,
        voice=f"v{voice}",
        reference=f"vote {voice}",
        is_counted=is_counted,
    )
