"""Questions that were solved before, learned by the throw-away site as any site learns: as answers of an agent.

So the product's rules hold: which questions say enough, which say the same, and how many an article has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from app.foundation.database import reading, transaction
from app.search.evaluation import collection
from app.search.evaluation.collection import BadCollection
from app.search.evaluation.source import KIND, EvaluatedSource
from app.search.evaluation.stages import Stage
from app.search.learned import questions_of
from app.search.learning import MOST_A_REFERENCE, record_evidence
from app.search.likeness import join_like_questions
from app.search.models import EvidenceKind

_IN_ONE_TRANSACTION = 50


def learn(source: EvaluatedSource, path: Path, language: str, stage: Stage) -> dict[str, int]:
    """Have the site that is at hand learn the questions of a file; the index is left to whoever builds it.

    Returns:
        How many questions there were, and how many of them count in the end.

    Raises:
        BadCollection: the file cannot be read, or names an entry that there is not.
    """
    stage("Learning", 0, 0)
    given = 0
    groups: dict[str, None] = {}
    for batch in _batches(_by_entry(source, path), _IN_ONE_TRANSACTION):
        with transaction() as session:
            for entry_id, texts in batch:
                given += len(texts)
                groups[entry_id] = None
                record_evidence(
                    session,
                    texts,
                    kind=KIND,
                    group=entry_id,
                    language=language,
                    what=EvidenceKind.AGENT,
                    voice="account 1",
                    reference=f"solved {given}",
                )
        stage("Learning", given, 0)
    for number, group in enumerate(groups, start=1):
        is_joining = True
        while is_joining:
            with transaction() as session:
                is_joining = join_like_questions(session, kind=KIND, group=group)
        stage("Comparing questions", number, len(groups))
    with reading() as session:
        counts = sum(len(each.questions) for each in questions_of(session, KIND, groups).values())
    return {"past_questions": given, "learned_questions": counts}


def _by_entry(source: EvaluatedSource, path: Path) -> Iterator[tuple[str, list[str]]]:
    """Entries with as many of their questions as one piece of evidence may hold."""
    waiting: dict[str, list[str]] = {}
    for each in collection.solved(path):
        if each.entry_id not in waiting and not source.holds(each.entry_id):
            raise BadCollection(f"{each.place}: corpus.jsonl has no entry {each.entry_id!r}.")
        texts = waiting.setdefault(each.entry_id, [])
        texts.append(each.text)
        if len(texts) == MOST_A_REFERENCE:
            yield each.entry_id, texts
            waiting[each.entry_id] = []
    yield from ((entry_id, texts) for entry_id, texts in waiting.items() if texts)


def _batches(evidence: Iterable[tuple[str, list[str]]], size: int) -> Iterator[list[tuple[str, list[str]]]]:
    batch: list[tuple[str, list[str]]] = []
    for each in evidence:
        batch.append(each)
        if len(batch) == size:
            yield batch
            batch = []
    yield batch
