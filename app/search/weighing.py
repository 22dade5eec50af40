"""When a question counts as learned: the rules, on plain values alone.

Evidence is what people said: customers whether it was solved, agents that they answered it so. Each voice counts once,
with its latest word. A question counts when

- one agent, or at least `NEEDED` customers more than deny it, say that it was solved, and
- its weight is above zero: the sum of all evidence, an agent's as `AGENT_WORTH`, a "no" taken off, where evidence
  weighs half as much for every `HALF_LIFE` of its age.

So what was learned lives on in silence, but newer people need fewer votes to undo it than older ones cast: five who
said yes a year ago are undone by two who say no today. All evidence ages alike, so time alone never changes the sign of
a weight nor the order of two of them, and nothing has to be weighed anew without new evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.foundation.scrubbing import scrubbed, without_marks
from app.foundation.text import one_line
from app.search import words
from app.search.models import AssociationState, EvidenceKind

NEEDED = 2
"""By how many more customers must agree than disagree before a question counts."""
AGENT_WORTH = 2.0
"""What an agent's answer weighs, in customers."""
HALF_LIFE = timedelta(days=180)
"""After how long evidence weighs half."""
FEWEST_WORDS = 2
"""Content words that a question needs to be learned."""
LONGEST = 300
"""Characters of a question that are kept."""
MOST_LEARNED = 200
"""Questions that one thing has at most, in all languages together."""
_LONGEST_NORMAL = 500


@dataclass(frozen=True)
class Said:
    """One piece of evidence."""

    voice: str
    what: EvidenceKind
    at: datetime


@dataclass(frozen=True)
class Tally:
    """What evidence adds up to: people by what they said last, and the weight of it all at the moment of counting."""

    yes: int = 0
    no: int = 0
    agents: int = 0
    weight: float = 0.0

    @property
    def voices(self) -> int:
        """How many people there were."""
        return self.yes + self.no + self.agents

    @property
    def counts(self) -> bool:
        """Whether a question with this evidence counts as learned; see the module."""
        return (self.agents > 0 or self.yes - self.no >= NEEDED) and self.weight > 0


def tally(evidence: Iterable[Said], *, now: datetime) -> Tally:
    """Add up evidence, each voice with its latest word; of two at the same moment the later one in order."""
    last: dict[str, Said] = {}
    for each in evidence:
        if each.voice not in last or last[each.voice].at <= each.at:
            last[each.voice] = each
    number = dict.fromkeys(EvidenceKind, 0)
    weight = 0.0
    for each in last.values():
        number[each.what] += 1
        weight += _worth(each.what) * aged(1.0, since=each.at, now=now)
    return Tally(
        number[EvidenceKind.CUSTOMER_YES], number[EvidenceKind.CUSTOMER_NO], number[EvidenceKind.AGENT], weight
    )


def aged(weight: float, *, since: datetime, now: datetime) -> float:
    """What a weight is now that was measured then: half for each `HALF_LIFE` between."""
    return float(weight * 0.5 ** max(0.0, (now - since) / HALF_LIFE))


def is_active(state: AssociationState, found: Tally, *, is_pinned: bool) -> bool:
    """Whether a question is one of its document's: what an editor decided goes before all evidence."""
    if state is AssociationState.BLOCKED:
        return False
    return is_pinned or state is AssociationState.ACCEPTED or found.counts


def as_question(text: str) -> str:
    """The text as it may be kept: one line without personal data or what stands in its place, at most 300 characters.

    A longer one is cut after a word.
    """
    line = one_line(without_marks(scrubbed(one_line(text))))
    if len(line) <= LONGEST:
        return line
    return line[: LONGEST + 1].rpartition(" ")[0] or line[:LONGEST]


def normal_form(text: str, language: str) -> str:
    """The set of stemmed content words in a text, in order of the alphabet: the same for the same question.

    Of a text that has none, its plain words as they stand.
    """
    return " ".join(sorted(words.content_words(text, language)) or words.plain_words(text))[:_LONGEST_NORMAL]


def is_worth_learning(text: str, language: str) -> bool:
    """Whether a question says enough to tell one thing from another."""
    return len(words.content_words(text, language)) >= FEWEST_WORDS


def _worth(what: EvidenceKind) -> float:
    return {EvidenceKind.CUSTOMER_YES: 1.0, EvidenceKind.CUSTOMER_NO: -1.0, EvidenceKind.AGENT: AGENT_WORTH}[what]
