"""Made-up articles for measuring: seeded, so that two runs measure the same."""

from __future__ import annotations

import random
from collections.abc import Iterator

from sqlalchemy.orm import Session

from app.knowledge import publishing
from app.knowledge.categories import category_at

_SYLLABLES = (
    "ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu ra re ri ro ru".split()
)
_THINGS = (
    "invoice password account printer order refund router ticket card parcel camera licence backup contract".split()
)
_DEEDS = "reset change find cancel return connect print delete update share export restore move check".split()


def words(seed: int, count: int = 4000) -> list[str]:
    """A vocabulary of made-up words, each once."""
    chance = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3, 3, 4))))] = None
    return list(made)


def articles(count: int, *, seed: int = 1) -> Iterator[tuple[str, str, str]]:
    """Title, Markdown body of about 350 words and category path of so many articles; word use follows Zipf's law."""
    chance = random.Random(seed)
    vocabulary = words(seed)
    weights = [1 / (rank + 1) for rank in range(len(vocabulary))]
    for number in range(count):
        deed, thing = chance.choice(_DEEDS), chance.choice(_THINGS)
        title = f"How do I {deed} the {thing} {' '.join(chance.choices(vocabulary, weights, k=3))}?"
        parts = []
        for section in range(5):
            text = chance.choices(vocabulary, weights, k=60)
            parts.append(f"## Step {section + 1}: {' '.join(text[:4])}\n\n{' '.join(text[4:])}.")
            if section == 1:
                parts.append("1. First " + text[3] + "\n2. Then " + text[5] + "\n3. **Done**")
        yield title, "\n\n".join(parts), f"area-{number % 8}/part-{number % 40}"


def fill(session: Session, count: int) -> list[int]:
    """Publish so many articles in the transaction at hand and give their ids."""
    ids = []
    for title, body, path in articles(count):
        text = publishing.ArticleText(title, body, "In short: " + title)
        article = publishing.create_article(
            session, language="en", text=text, by=None, category=category_at(session, path)
        )
        publishing.publish(session, article, language="en", by=None)
        ids.append(article.id)
    return ids
