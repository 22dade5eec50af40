"""Every word that a reader sees is marked for translation, in templates, code and scripts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from config import ROOT

TEMPLATES = sorted((ROOT / "app").rglob("templates/**/*.html"))
CODE = sorted((ROOT / "app").rglob("*.py"))
SCRIPTS = sorted((ROOT / "app" / "web" / "static" / "js").glob("*.js"))
GETTEXT = {"_", "_l", "gettext", "ngettext", "lazy_gettext", "lazy_ngettext", "pgettext", "npgettext"}
ERRORS = {"InvalidInput", "NotFound", "Gone", "Conflict", "NotAllowed", "Refusal"}
#: Attributes that are read out or shown.
SAID = {"placeholder", "aria-label", "title", "alt", "aria-description", "aria-roledescription", "label", "summary"}
#: Arguments of macros that are shown.
SHOWN = {"title", "words", "label", "hint", "message"}
#: What is written the same in every language.
SAME_EVERYWHERE = {"Atom", "JSON", "Markdown", "CSV", "HTML", "ID"}
#: Only administrators at a command line, the log, or other programs read what these raise.
NOT_FOR_READERS = (
    "app/knowledge/exchange/",
    "app/foundation/",
    "app/api/",
    "app/accounts/bearer.py",
    "app/knowledge/catalogue.py",
    "commands.py",
)
WORD = re.compile(r"[^\W\d_]{2,}")
ADDRESS = re.compile(r"[/?#][\w/?&=-]+")
ATTRIBUTES = re.compile(r'(?:[\w-]+="[^"]*"\s*)+')
SENTENCE = re.compile(r"^[A-Z][a-z]+(?: [\w’'%()/-]+)+[.?!:]?")

environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


class Shown(HTMLParser):
    """Gathers the words of a page that somebody reads: texts, and the attributes that are said."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "code", "pre", "kbd", "samp"):
            self.inside.append(tag)
        given = dict(attrs)
        self.words += [value or "" for name, value in attrs if name in SAID]
        if tag == "meta" and given.get("name") == "description":
            self.words.append(given.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.words.append(data)


def unmarked_words(source: str) -> list[str]:
    """What a template says that no translation can reach."""
    tree = environment.parse(source)
    page = Shown()
    page.feed("".join(_flat(tree)))
    page.close()
    said = [" ".join(words.split()) for words in page.words]
    found = [
        words
        for words in said
        if set(WORD.findall(words)) - SAME_EVERYWHERE
        and not any(form.fullmatch(words) for form in (ADDRESS, ATTRIBUTES))
    ]
    return [*found, *_unmarked_arguments(tree), *_computed(tree)]


def _flat(node: nodes.Node) -> Iterator[str]:
    """The page as it is written, with nothing in the place of what is computed or translated."""
    if isinstance(node, nodes.TemplateData):
        yield node.data
    elif isinstance(node, nodes.CondExpr):
        for branch in (node.expr1, node.expr2):
            if branch is not None:
                yield from _flat(branch)
    elif isinstance(node, nodes.Const):
        yield str(node.value) if isinstance(node.value, str) else ""
    elif isinstance(node, nodes.Concat | nodes.Output):
        for part in node.iter_child_nodes():
            yield from _flat(part)
    elif isinstance(node, nodes.Or | nodes.And | nodes.Add):
        yield from _flat(node.left)
        yield from _flat(node.right)
    elif isinstance(node, nodes.Filter):
        if node.node is not None:
            yield from _flat(node.node)
    elif not isinstance(node, nodes.Expr):
        if isinstance(node, nodes.If):
            parts: list[nodes.Node] = [*node.body, *node.elif_, *node.else_]
        elif isinstance(node, nodes.Assign | nodes.Include | nodes.Import | nodes.FromImport | nodes.Extends):
            parts = []
        else:
            parts = [each for each in node.iter_child_nodes() if not isinstance(each, nodes.Expr)]
        for part in parts:
            yield from _flat(part)


def _unmarked_arguments(tree: nodes.Template) -> Iterator[str]:
    """Sentences as constants anywhere, and constants of any kind as words for a macro."""
    for call in tree.find_all(nodes.Call):
        if _is_gettext(call):
            continue
        for argument in call.kwargs:
            if argument.key in SHOWN and isinstance(argument.value, nodes.Const) and str(argument.value.value):
                yield f"{argument.key}={argument.value.value}"
    marked = {
        id(const) for call in tree.find_all(nodes.Call) if _is_gettext(call) for const in call.find_all(nodes.Const)
    }
    for const in tree.find_all(nodes.Const):
        if id(const) not in marked and isinstance(const.value, str) and SENTENCE.match(const.value):
            yield const.value


def _computed(tree: nodes.Template) -> Iterator[str]:
    """Calls for a translation of something that is no constant: it cannot be found for translators."""
    for call in tree.find_all(nodes.Call):
        if _is_gettext(call) and not (call.args and isinstance(call.args[0], nodes.Const)):
            yield f"a computed text is translated in line {call.lineno}"


def _is_gettext(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name in GETTEXT


def kept_too_long(path: Path) -> list[str]:
    """Translations made while a template is imported: they would stay in the language of its first reader."""
    tree = environment.parse(path.read_text(encoding="utf-8"))
    return [
        f"line {assign.lineno}"
        for assign in tree.body
        if isinstance(assign, nodes.Assign) and any(_is_gettext(call) for call in assign.find_all(nodes.Call))
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_word_of_a_template_is_marked(path: Path) -> None:
    assert not unmarked_words(path.read_text(encoding="utf-8"))


IMPORTED = set(
    re.findall(r"\{% (?:from|import) \"([\w/.]+)\"", "\n".join(path.read_text("utf-8") for path in TEMPLATES))
)


@pytest.mark.parametrize("name", sorted(IMPORTED))
def test_a_template_with_macros_translates_nothing_while_it_is_imported(name: str) -> None:
    path = next(path for path in TEMPLATES if str(path).endswith(f"templates/{name}"))
    assert not kept_too_long(path)


@pytest.mark.parametrize(
    "source",
    [
        "<p>Send it</p>",
        '<p>{{ "Send" if is_new else _("Change") }}</p>',
        '<p>{{ "Hello " ~ name }}</p>',
        '<input placeholder="Your name">',
        "{% if is_new %}<b>New</b>{% endif %}",
        '{{ box(contact, title="Help") }}',
        "{% set reason = 'It did not work' %}",
        "{{ _(words) }}",
        "{% call notice() %}Saved{% endcall %}",
        '<p>{{ title | default("Untitled") if title else "Untitled" }}</p>',
    ],
)
def test_words_that_are_not_marked_are_noticed(source: str) -> None:
    assert unmarked_words(source)


@pytest.mark.parametrize(
    "source",
    [
        '<p class="quiet {{ "small" if is_small }}">{{ _("Send") }} – {{ name }}</p>',
        "{% trans name=name %}Hello {{ name }}{% endtrans %}",
        '<a href="/contact" title="{{ _("Ask") }}">{{ icon("mail") }}</a>',
        '{{ box(contact, title=_("Help")) }}',
        '<p>{{ ngettext("%(num)s hit", "%(num)s hits", n) }}</p>',
    ],
)
def test_words_that_are_marked_are_left_in_peace(source: str) -> None:
    assert not unmarked_words(source)


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_refusals_and_forms_say_marked_words(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [call for call in ast.walk(tree) if isinstance(call, ast.Call)]
    computed = [
        call.lineno
        for call in calls
        if _called(call) in GETTEXT and not (call.args and isinstance(call.args[0], ast.Constant))
    ]
    assert not computed, "only a constant can be translated; use %(name)s for what changes"
    if any(part in name for part in NOT_FOR_READERS):
        return
    said = [call.args[0] for call in calls if _called(call) in ERRORS and call.args]
    if path.name.endswith("forms.py"):
        said += [
            word.value for call in calls for word in call.keywords if word.arg in ("message", "description", "label")
        ]
        said += [call.args[0] for call in calls if call.args and re.search(r"(Field|Required)$", _called(call))]
    unmarked = [each.lineno for each in said if isinstance(each, ast.Constant | ast.JoinedStr) and _words(each)]
    assert not unmarked


def _words(node: ast.Constant | ast.JoinedStr) -> bool:
    parts = (
        [node] if isinstance(node, ast.Constant) else [each for each in node.values if isinstance(each, ast.Constant)]
    )
    texts = [part.value for part in parts if isinstance(part.value, str)]
    return any(WORD.search(text) for text in texts) and not any("'flask " in text for text in texts)


def _called(call: ast.Call) -> str:
    return (
        call.func.id
        if isinstance(call.func, ast.Name)
        else call.func.attr
        if isinstance(call.func, ast.Attribute)
        else ""
    )


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_only_what_the_page_gave_it(path: Path) -> None:
    source = re.sub(r"(?m)(^|\s)//.*$", "", path.read_text(encoding="utf-8"))
    literals = [found[2] for found in re.finditer(r"([\"'`])((?:(?!\1).)*)\1", source)]
    assert not [text for text in literals if SENTENCE.match(text)]
    assert not re.findall(
        r"(?:textContent|innerText|title|alt|placeholder)\s*=\s*[\"'`](?:(?!\$\{)[^\"'`])*[A-Za-z]{2}", source
    )
    assert not re.findall(r"\"aria-label\",\s*[\"'`]", source)
