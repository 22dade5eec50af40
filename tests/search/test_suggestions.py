"""Which titles are suggested for what has been typed, in which order."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from app.search.engines.base import Engine, Title, TitleBatch
from app.search.suggestions import Suggester

PUBLIC = frozenset({"public"})


@dataclass
class Titles:
    """An engine that knows titles alone."""

    batches: list[TitleBatch] = field(default_factory=list)

    def put(self, *titles: Title, gone: Sequence[int] = ()) -> Titles:
        self.batches.append(TitleBatch(str(len(self.batches)), titles, frozenset(gone)))
        return self

    def titles(self) -> list[TitleBatch]:
        return self.batches


def title(text: str, *wordings: str, number: int = 0, language: str = "en", readers: str = "public") -> Title:
    group = str(number or abs(hash(text)))
    return Title("article", f"{group}:{language}", group, language, readers, text, wordings)


def suggested(titles: Titles, typed: str, *, languages: Sequence[str] = ("en",), most: int = 6, **options: Any) -> Any:
    readers = options.get("readers", PUBLIC)
    found = Suggester().titles_for(typed, cast(Engine, titles), languages=languages, readers=readers, most=most)
    return [each.title for each in found]


def test_what_begins_like_it_comes_first_then_titles_before_other_wordings_then_the_short() -> None:
    titles = Titles().put(
        title("Send the bill", "Pay now"),
        title("How to pay"),
        title("Pay an invoice abroad"),
        title("Pay it"),
        title("Why nobody may pay"),
    )
    assert suggested(titles, "pay") == [
        "Pay it",
        "Pay an invoice abroad",
        "Send the bill",
        "How to pay",
        "Why nobody may pay",
    ]


def test_every_word_counts_in_any_order_and_may_be_begun() -> None:
    titles = Titles().put(title("Pay an invoice"), title("Print an invoice"), title("Pay by card"))
    assert suggested(titles, "invo pa") == ["Pay an invoice"]


def test_one_group_is_suggested_once_with_its_best_wording() -> None:
    titles = Titles().put(
        title("Get your money back", "Refund", "Refunds", "Where is my refund?"), title("Refund fees")
    )
    assert suggested(titles, "refund") == ["Refund fees", "Get your money back"]


def test_many_wordings_of_one_article_hide_no_other() -> None:
    many = [f"refund money number {number}" for number in range(100)]
    titles = Titles().put(title("All", *many), title("Other", "how the refund of money that you paid gets to you"))
    assert suggested(titles, "money refund missing") == ["All", "Other"]
    assert suggested(titles, "money refund") == ["All", "Other"]


def test_titles_of_all_batches_are_put_in_one_order() -> None:
    titles = Titles().put(title("Pay an invoice")).put(title("Pay it")).put(title("Pay by card, or not"))
    assert suggested(titles, "pay", most=2) == ["Pay it", "Pay an invoice"]


def test_what_is_gone_or_for_others_is_not_suggested() -> None:
    titles = Titles().put(title("Pay it"), title("Pay salaries", readers="staff"), title("Pay later"), gone=[0])
    assert suggested(titles, "pay") == ["Pay later"]
    assert suggested(titles, "pay", readers=PUBLIC | {"staff"}) == ["Pay later", "Pay salaries"]


def test_the_readers_language_comes_first_with_its_relatives_and_no_other() -> None:
    titles = Titles().put(
        title("Konto", number=1, language="de"),
        title("Konto löschen", number=2, language="de-AT"),
        title("Konto", number=1, language="en"),
        title("Konto only here", number=3, language="en"),
    )
    assert suggested(titles, "konto", languages=["de", "de-AT", "en"]) == ["Konto", "Konto löschen"]
    assert suggested(titles, "only konto", languages=["de", "de-AT", "en"]) == ["Konto only here"]


def test_one_slip_is_forgiven_in_a_word_that_begins_nothing() -> None:
    titles = Titles().put(title("Replace the toner"), title("Tone it down"))
    assert suggested(titles, "repalce toner") == ["Replace the toner"]
    assert suggested(titles, "tonar") == ["Replace the toner"]
    assert suggested(titles, "xxxxxx") == []


def test_a_slip_is_forgiven_in_the_word_that_is_being_typed_and_before_it() -> None:
    titles = Titles().put(title("Get your money back", "where does my refund stay"), title("Refuse a parcel"))
    assert suggested(titles, "where does my refnud") == ["Get your money back"]
    assert suggested(titles, "wheer does my refu") == ["Get your money back"]
    assert suggested(titles, "where does my rfun") == ["Get your money back"]


def test_half_of_a_long_question_is_enough_and_rare_words_say_more() -> None:
    titles = Titles().put(
        title("Orders and where they are"), title("Orders and how they come"), title("Voucher for somebody")
    )
    assert suggested(titles, "orders voucher") == [
        "Voucher for somebody",
        "Orders and how they come",
        "Orders and where they are",
    ]


def test_scripts_without_blanks_are_found_by_their_letters() -> None:
    titles = Titles().put(title("重置密码", language="zh"), title("更改语言", language="zh"))
    assert suggested(titles, "密码", languages=["zh"]) == ["重置密码"]


def test_the_titles_of_a_large_site_stay_prepared_however_much_is_published() -> None:
    titles = Titles().put(*(title(f"Question {number}", number=number + 1) for number in range(50)))
    suggester = Suggester()

    def prepared() -> object:
        suggester.titles_for("question", cast(Engine, titles), languages=["en"], readers=PUBLIC, most=1)
        return suggester._prepared["0"]

    first = prepared()
    for number in range(100):
        del titles.batches[1:]
        titles.batches.append(TitleBatch(f"new {number}", [title("Question new")], frozenset()))
        assert prepared() is first
    assert len(suggester._prepared) < 20


def test_the_nearest_titles_are_those_whose_words_look_alike() -> None:
    titles = Titles().put(title("Reset the controller"), title("Send a parcel"), title("Zurück", language="de"))
    found = Suggester().nearest(
        "resetting my controllers", cast(Engine, titles), languages=["en"], readers=PUBLIC, most=1
    )
    assert [each.title for each in found] == ["Reset the controller"]


@pytest.mark.parametrize("seed", range(20))
def test_suggestions_are_those_that_going_through_everything_would_give(seed: int) -> None:
    chance = random.Random(seed)
    made = [a + b for a in ("brick", "cloud", "frost", "plumb") for b in ("age", "ing", "y", "")]

    def text(longest: int) -> str:
        return " ".join(chance.choices(made, k=chance.randint(1, longest)))

    put = [
        title(text(5), *(text(5) for _ in range(chance.choice((0, 2, 20)))), number=chance.randint(1, 60))
        for _ in range(80)
    ]
    gone = frozenset(chance.sample(range(40), 10))
    titles = Titles().put(*put[:40], gone=list(gone)).put(*put[40:])
    there = [each for place, each in enumerate(put) if place not in gone]
    for _ in range(30):
        asked = text(4)[: chance.randint(2, 20)].split()
        expected = plainly(there, asked, least=len(asked)) or plainly(there, asked, least=-(-len(asked) // 2))
        assert suggested(titles, " ".join(asked)) == expected


def plainly(titles: Sequence[Title], asked: list[str], *, least: int) -> list[str]:
    """What is suggested by definition: wordings with so many of the begun words, the best first, each group once."""
    wordings = [
        (each, text.lower().split(), not place)
        for each in titles
        for place, text in enumerate((each.title, *each.wordings))
    ]
    holders = {word: sum(any(map(begins(word), parts)) for _title, parts, _is_title in wordings) for word in asked}
    ranked = []
    for each, parts, is_title in wordings:
        held = [word for word in asked if any(map(begins(word), parts))]
        if len(held) >= least and held:
            score = sum(1 / holders[word] for word in held) if least < len(asked) else 0.0
            length = sum(map(len, parts)) + len(parts)
            opens = parts[0].startswith(asked[0])
            ranked.append(((-score, not opens, not is_title, length, each.title, each.key), each))
    ranked.sort(key=lambda pair: pair[0])
    chosen: dict[str, str] = {}
    for _rank, each in ranked:
        chosen.setdefault(each.group, each.title)
    return list(chosen.values())[:6]


def begins(start: str) -> Callable[[str], bool]:
    return lambda word: word.startswith(start)
