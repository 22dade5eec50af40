"""Hits made into results: read again from their source, with the passage that answers and the facets in words."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.foundation.excerpts import Excerpt, letters
from app.search.answers import FacetValue, Result
from app.search.documents import Document, Presentation
from app.search.engines.base import Hit, Meaning
from app.search.indexing import sources
from app.search.passages import LONGEST_ANSWER, best_snippet, chunks_of, whole_passage
from app.search.words import base_language

logger = logging.getLogger(__name__)


def results_of(
    session: Session,
    hits: Sequence[Hit],
    *,
    tokens: Mapping[str, Sequence[str]],
    weights: Mapping[str, Mapping[str, float]],
    readers: frozenset[str],
    most: int,
    meaning: Meaning | None = None,
    is_answered: bool = False,
) -> tuple[list[Result], int]:
    """The first `most` of the hits that exist now and may be seen by these readers, and how many were passed over.

    Args:
        meaning: finds the passage of documents that hold none of the words.
        is_answered: the first hit is the answer, so all of its passage is shown.
    """
    shown = _presentations(session, hits, readers)
    results: list[Result] = []
    passed_over = 0
    for hit in hits:
        if len(results) == most:
            break
        presentation = shown.get((hit.kind, hit.key))
        if presentation is None:
            passed_over += 1
        else:
            base = base_language(hit.language)
            nearest = meaning.best_chunk((hit.kind, hit.key)) if meaning is not None else None
            excerpt = None
            if is_answered and hit is hits[0]:
                snippet = whole_passage(hit.chunks, nearest or 0)
                excerpt = _excerpt(session, hit, snippet.anchor, nearest or 0)
            else:
                own, weighing = tokens.get(base, ()), weights.get(base, {})
                snippet = best_snippet(hit.chunks, hit.language, own, weighing, otherwise=nearest or 0)
            results.append(
                Result(
                    kind=hit.kind,
                    key=hit.key,
                    language=hit.language,
                    score=hit.score,
                    shown=presentation,
                    passage=snippet.plain,
                    passage_html=snippet.html,
                    heading=snippet.heading,
                    anchor=snippet.anchor,
                    excerpt=excerpt,
                )
            )
    return results, passed_over


def hit_of(document: Document) -> Hit:
    """A document that the database found, as a hit."""
    return Hit(
        kind=document.kind,
        key=document.key,
        group=document.group,
        language=document.language,
        score=0.0,
        title=document.title,
        chunks=chunks_of(document),
    )


def labelled_facets(
    session: Session, counts: Mapping[str, Mapping[str, int]], chosen: Mapping[str, str], *, readers: frozenset[str]
) -> dict[str, tuple[FacetValue, ...]]:
    """The facets in words, most frequent value first. A chosen value is always there, even when it leaves nothing.

    Of a tree (`billing`, `billing/invoices`) one level is shown: the uppermost that tells results apart, or what stands
    above the chosen value and right below it.
    What these readers can find nothing of stays as they wrote it: its name would tell what others have.
    """
    facets = {}
    for facet in dict.fromkeys([*counts, *chosen]):
        values = dict(counts.get(facet, {}))
        named = list(values)
        if facet in chosen and chosen[facet] not in values:
            values[chosen[facet]] = 0
            named += [chosen[facet]] if _may_know(session, facet, chosen[facet], readers) else []
        labels = _labels(session, facet, named)
        facets[facet] = tuple(
            FacetValue(value, labels.get(value, value), count, is_chosen=chosen.get(facet) == value)
            for value, count in sorted(
                _near(values, chosen.get(facet)).items(), key=lambda each: (-each[1], labels.get(each[0], ""), each[0])
            )
        )
    return facets


def _presentations(
    session: Session, hits: Iterable[Hit], readers: frozenset[str]
) -> dict[tuple[str, str], Presentation]:
    by_kind: dict[str, list[str]] = {}
    for hit in hits:
        by_kind.setdefault(hit.kind, []).append(hit.key)
    shown = {}
    for kind, keys in by_kind.items():
        source = sources().get(kind)
        if source is not None:
            for key, presentation in source.present(session, keys, readers=readers).items():
                shown[kind, key] = presentation
    return shown


def _excerpt(session: Session, hit: Hit, anchor: str, at: int) -> Excerpt | None:
    before = (each.text for each in hit.chunks[:at] if each.anchor == anchor)
    try:
        return sources()[hit.kind].excerpt(
            session, hit.key, anchor=anchor, after=sum(map(letters, before)), longest=LONGEST_ANSWER
        )
    except SQLAlchemyError:
        raise
    except Exception:
        logger.exception("The passage of %s %s is shown as plain text.", hit.kind, hit.key)
        return None


def _labels(session: Session, facet: str, values: Sequence[str]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for source in sources().values():
        labels |= source.facet_labels(session, facet, values)
    return labels


def _may_know(session: Session, facet: str, value: str, readers: frozenset[str]) -> bool:
    return any(source.knows_facet(session, facet, value, readers=readers) for source in sources().values())


def _near(values: Mapping[str, int], chosen: str | None) -> dict[str, int]:
    """The values of one level of a tree; all of them when they are none."""
    above = {value: parent if (parent := value.rpartition("/")[0]) in values else "" for value in values}
    if chosen is not None:
        level = _below(above, chosen) or _below(above, above[chosen])
        level += [value for value in values if chosen == value or chosen.startswith(f"{value}/")]
    else:
        level = _below(above, "")
        while len(level) == 1 and (deeper := _below(above, level[0])):
            level = deeper
    return {value: values[value] for value in level}


def _below(above: Mapping[str, str], parent: str) -> list[str]:
    return [value for value, its_parent in above.items() if its_parent == parent]
