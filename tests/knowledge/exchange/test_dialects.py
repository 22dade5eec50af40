"""Trees of each kind come in with their titles, categories, languages, links, files and old addresses."""

# ruff: noqa: E501  # the trees stand here as their files are
from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import select

from app.foundation.database import db
from app.knowledge.models import Category
from tests.knowledge.exchange.trees import (
    PNG,
    article_id,
    body,
    bring_in,
    categories,
    category_of,
    published,
    redirects,
    titles,
    write,
)


def test_plain_markdown_takes_titles_from_headings_or_file_names(app: Flask, tmp_path: Path) -> None:
    files = {
        "billing/pay-by-card.md": "# How do I pay by card?\n\nSee [refunds](refunds.md#when) and ![a picture](../img/a%20b.png).",
        "billing/refunds.md": "Just text, see [paying](./pay-by-card.md).",
        "img/a b.png": PNG,
        "LICENSE.md": "Licence",
        "README.md": "# The repository",
        "CONTRIBUTING.md": "Come in",
    }

    report = bring_in(app, write(tmp_path / "docs", files))

    assert titles(app) == {"How do I pay by card?", "Refunds"}
    text = body(app, "How do I pay by card?")
    assert f"[refunds](article:{article_id(app, 'Refunds')}#when)" in text
    assert "![a picture](attachment:" in text
    assert "/a-b.png)" in text
    assert "#" not in text.replace("#when", "")
    assert set(report.left_out) == {"LICENSE.md", "README.md", "CONTRIBUTING.md"}


def test_a_title_loses_the_name_of_its_site_when_a_heading_names_the_page(app: Flask, tmp_path: Path) -> None:
    files = {
        "a.md": "---\ntitle: Pay by card| Example Docs\n---\n# Paying\n\nText",
        "b.md": "---\ntitle: Either | or\n---\nText",
    }

    bring_in(app, write(tmp_path / "docs", files))

    assert titles(app) == {"Pay by card", "Either | or"}


def test_folders_become_categories_with_readable_titles(app: Flask, tmp_path: Path) -> None:
    files = {"docs/01-billing/pay_by_card.md": "Text", "docs/_your-account/sign-in.md": "Text"}

    bring_in(app, write(tmp_path / "docs", files))

    assert categories(app) == {"01-billing": "Billing", "your-account": "Your account"}
    assert titles(app) == {"Pay by card", "Sign in"}


def test_a_broken_link_is_reported_with_its_line_and_stays(app: Flask, tmp_path: Path) -> None:
    write(tmp_path / "docs", {"a.md": "---\ntitle: A\n---\n\nFirst\n\n[gone](missing.md) [x](https://example.com)\n"})

    report = bring_in(app, tmp_path / "docs")

    assert [str(problem) for problem in report.problems] == ["a.md:7: link to missing.md leads nowhere"]
    assert "[gone](missing.md) [x](https://example.com)" in body(app, "A")


JEKYLL = {
    "_config.yml": "title: Help",
    "_help/sign-in._en.md": "---\ntitle: Sign in\ncategory: get-started\norder: 2\npermalink: /help/sign-in/\n"
    "redirect_from:\n  - /old/sign-in/\n  - /old/with space.pdf/\n---\n\n"
    "{: .steps }\nSee [reset](/help/reset/#how), [old](/old/reset) and [rules]({% link _help/reset._en.md %}).\n\n"
    '{% capture words %}\nNever share it.\n{% endcapture %}\n{% include alert.html type="warning" content=words %}\n',
    "_help/sign-in._es.md": "---\ntitle: Entrar\ncategory: get-started\norder: 2\npermalink: /es/help/sign-in/\n---\n\n"
    '[restablecer](/es/help/reset/)\n\n<div>\n  <p>a</p>\n\n    <img alt="x" src="{{ site.baseurl }}/assets/x.png">\n</div>\n',
    "_help/reset._en.md": "---\ntitle: Reset\npermalink: /help/reset/\nredirect_from: /old/reset\nitems:\n  - one\n  - two\n---\n\n"
    "{% include list.html items=page.items %}\n\n{{ page.unknown }}\n",
    "_help/reset._es.md": "---\ntitle: Restablecer\npermalink: /es/help/reset/\n---\n\nTexto\n",
    "assets/x.png": PNG,
}


def test_jekyll_pages_keep_permalinks_languages_and_old_addresses(app: Flask, tmp_path: Path) -> None:
    report = bring_in(app, write(tmp_path / "site", JEKYLL))

    english, spanish = published(app, "Sign in"), published(app, "Entrar")
    assert english.article_id == spanish.article_id
    assert (english.language, spanish.language) == ("en", "es")
    reset = article_id(app, "Reset")
    assert redirects(app) == {
        "/help/sign-in": (english.article_id, "en"),
        "/es/help/sign-in": (english.article_id, "es"),
        "/old/sign-in": (english.article_id, "en"),
        "/old/with space.pdf": (english.article_id, "en"),
        "/help/reset": (reset, "en"),
        "/es/help/reset": (reset, "es"),
        "/old/reset": (reset, "en"),
    }
    assert body(app, "Sign in").count(f"(article:{reset}") == 3
    assert f"[restablecer](article:{reset})" in body(app, "Entrar")
    assert category_of(app, "Sign in") == "get-started"
    assert categories(app)["get-started"] == "Get started"
    assert report.articles == 2


def test_liquid_keeps_its_words_and_loses_its_markup(app: Flask, tmp_path: Path) -> None:
    report = bring_in(app, write(tmp_path / "site", JEKYLL))

    assert "> [!WARNING]\n> Never share it." in body(app, "Sign in")
    assert body(app, "Reset").startswith("- one\n- two")
    assert not any(mark in body(app, title) for title in ("Sign in", "Reset", "Entrar") for mark in ("{%", "{{", "{:"))
    assert [problem.path for problem in report.problems] == ["_help/reset._en.md"]
    assert "<img" in published(app, "Entrar").html


def test_a_jekyll_table_without_a_head_is_a_table(app: Flask, tmp_path: Path) -> None:
    files = {
        "_config.yml": "title: Help",
        "a.md": "# A\n\n|Code | What to do|\n|5001 | Try `a|b` again|\n| 6000| Call |\n\n```\n|x|y|\n|1|2|\n```\n",
    }

    bring_in(app, write(tmp_path / "site", files))

    assert "|Code | What to do|\n|---|---|\n|5001 |" in body(app, "A")
    assert published(app, "A").html.count("<tr>") == 3
    assert "|x|y|\n|1|2|" in body(app, "A")


def test_languages_in_folders_need_evidence(app: Flask, tmp_path: Path) -> None:
    files = {
        "docs/guide/install.md": "# Install",
        "docs/de/guide/install.md": "# Installieren\n\n[x](start.md)",
        "docs/de/guide/start.md": "# Start",
        "it/printers.md": "# Printers",
        "guide/built_in.md": "# Built in",
        "guide/faq.md": "# FAQ",
        "guide/faq.fr.md": "# Questions\n",
    }

    bring_in(app, write(tmp_path / "docs", files))

    assert published(app, "Installieren").article_id == published(app, "Install").article_id
    assert published(app, "Installieren").language == "de"
    assert published(app, "Questions").article_id == published(app, "FAQ").article_id
    assert published(app, "Printers").language == published(app, "Built in").language == "en"


def test_mkdocs_takes_categories_and_order_from_its_nav(app: Flask, tmp_path: Path) -> None:
    files = {
        "mkdocs.yml": "site_name: X\nnav:\n  - index.md\n  - User guide:\n      - Set up: guide/setup.md\n      - More:\n"
        "          - guide/deep.md\n      - guide/gone.md\nplugins:\n  - redirects:\n      redirect_maps:\n"
        "        old.md: guide/setup.md\nmarkdown_extensions:\n  - emoji: !!python/name:material.emoji\n",
        "docs/index.md": "# Welcome\n\n[setup](guide/setup/)",
        "docs/guide/setup.md": "# Set it up\n\n[home](../index.md)",
        "docs/guide/deep.md": "# Deep",
        "docs/guide/alone.md": "# Alone",
    }

    report = bring_in(app, write(tmp_path / "site", files))

    assert category_of(app, "Set it up") == "user-guide"
    assert category_of(app, "Deep") == "user-guide/more"
    assert categories(app)["user-guide"] == "User guide"
    assert category_of(app, "Alone") == "user-guide"
    assert f"(article:{article_id(app, 'Set it up')})" in body(app, "Welcome")
    assert redirects(app)["/old"] == (article_id(app, "Set it up"), "en")
    assert redirects(app)["/guide/setup"] == (article_id(app, "Set it up"), "en")
    assert [str(problem) for problem in report.problems] == [
        "mkdocs.yml:8: nav names guide/gone.md, which is not there"
    ]


def test_docusaurus_takes_labels_numbers_and_translations(app: Flask, tmp_path: Path) -> None:
    files = {
        "docusaurus.config.js": "module.exports = {}",
        "docs/02-guides/_category_.json": '{"label": "How-to guides", "position": 2}',
        "docs/02-guides/01-first-steps.md": "---\nsidebar_position: 1\n---\n# First steps\n\n:::tip Good to know\nSave often.\n:::\n",
        "docs/intro.mdx": "---\nslug: /start\n---\nimport X from './x';\n\n# Introduction\n\n[go](./02-guides/01-first-steps.md)"
        " [go](/docs/guides/first-steps)\n",
        "docs/_partial.mdx": "left out",
        "i18n/fr/docusaurus-plugin-content-docs/current/02-guides/01-first-steps.md": "# Premiers pas\n",
    }

    report = bring_in(app, write(tmp_path / "site", files))

    assert category_of(app, "First steps") == "how-to-guides"
    assert categories(app)["how-to-guides"] == "How-to guides"
    assert published(app, "Premiers pas").article_id == published(app, "First steps").article_id
    assert published(app, "Premiers pas").language == "fr"
    assert body(app, "First steps").startswith("> [!TIP]\n> **Good to know**\n>\n> Save often.")
    assert body(app, "Introduction").count(f"(article:{article_id(app, 'First steps')})") == 2
    assert "import" not in body(app, "Introduction")
    assert report.left_out == {"docs/_partial.mdx": "part of other pages"}


DOCFX = {
    "app/TOC.md": "# [Welcome](welcome.md)\n# Finance\n## [Post](post.md)\n<!-- ## [No](no.md) -->\n## Tax\n### [VAT](sub\\vat.md)\n",
    "app/welcome.md": "---\ntitle: Welcome\ndescription: Learn more about this.\n---\n# Welcome\n\n[!INCLUDE [x](includes/x.md)]\n",
    "app/post.md": "---\ntitle: Post an invoice\ndescription: You post it, and it is posted.\nms.search.keywords: bill, book\n"
    "ms.topic: how-to\n---\n# Post invoices\n\n>[!Note]\n> Text\n\n"
    ':::image type="content" source="media/a b.png" alt-text="The [page]":::\n\n:::row:::\n[VAT](Sub/VAT.md)\n:::row-end:::\n'
    "[x](/suite/app/sub/vat#y)\n",
    "app/sub/vat.md": "---\ntitle: VAT\n---\n# VAT\n\n[!INCLUDE[x](../includes/x.md)]\n\n[!VIDEO https://example.com/v]\n",
    "app/alone.md": "# Alone\n\n[!INCLUDE[loop](includes/loop.md)] [!INCLUDE[gone](includes/gone.md)]\n",
    "app/includes/x.md": "---\nms.topic: include\n---\nSee [posting](../post.md).\n",
    "app/includes/loop.md": "[!INCLUDE[loop](loop.md)]",
    "app/media/a b.png": PNG,
    ".openpublishing.redirection.json": '{"redirections": [\n'
    '{"source_path": "app/old.md", "redirect_url": "/suite/app/post"},\n'
    '{"source_path": "app/older.md", "redirect_url": "/suite/app/sub/vat"},\n'
    '{"source_path": "app/x.md", "redirect_url": "/elsewhere/y"}]}',
}


def test_docfx_takes_its_table_of_contents_includes_and_images(app: Flask, tmp_path: Path) -> None:
    report = bring_in(app, write(tmp_path / "repository", DOCFX))

    assert category_of(app, "Post an invoice") == "finance"
    assert category_of(app, "VAT") == "finance/tax"
    assert category_of(app, "Alone") == "other-articles"
    post, vat = article_id(app, "Post an invoice"), article_id(app, "VAT")
    assert body(app, "Welcome") == f"See [posting](article:{post})."
    text = body(app, "Post an invoice")
    assert "> [!NOTE]" in text
    assert "![The (page)](<attachment:" in text
    assert f"[VAT](article:{vat})" in text
    assert f"[x](article:{vat}#y)" in text
    assert ":::" not in text
    assert body(app, "VAT") == f"See [posting](article:{post}).\n\n[Video](https://example.com/v)"
    assert [problem.what for problem in report.problems] == [
        "includes includes/gone.md, which is not there",
        "includes loop.md, which leads back to itself",
    ]
    assert report.left_out["app/includes/x.md"] == "file that others include"


def test_docfx_callouts_that_follow_each_other_are_two(app: Flask, tmp_path: Path) -> None:
    files = DOCFX | {"app/two.md": "# Two\n\n> [!NOTE]\n> First, see `x` here.\n> [!IMPORTANT]  \n> Second.\n"}

    bring_in(app, write(tmp_path / "repository", files))

    shown = published(app, "Two").html
    assert "[!" not in shown
    assert shown.count('class="callout ') == 2


def test_pages_that_no_table_of_contents_names_come_last_or_join_their_neighbours(app: Flask, tmp_path: Path) -> None:
    files = DOCFX | {
        "app/sub/duty.md": "# Duty",
        "app/sub/forgotten.md": "# Forgotten",
        "app/TOC.md": DOCFX["app/TOC.md"] + "### [Duty](sub/duty.md)\n",
    }

    bring_in(app, write(tmp_path / "repository", files))

    assert category_of(app, "Forgotten") == "finance/tax"
    with app.app_context():
        places = dict(db.session.execute(select(Category.path, Category.position)).all())
    assert places["other-articles"] > max(position for path, position in places.items() if path != "other-articles")


def test_docfx_keywords_descriptions_and_redirections_are_used(app: Flask, tmp_path: Path) -> None:
    bring_in(app, write(tmp_path / "repository", DOCFX))

    assert published(app, "Post an invoice").short_answer == "You post it, and it is posted."
    assert published(app, "Welcome").short_answer == ""
    post = article_id(app, "Post an invoice")
    assert redirects(app)["/suite/app/old"] == (post, "en")
    assert redirects(app)["/suite/app/post"] == (post, "en")


def test_a_sidebar_index_gives_categories_and_macros_become_words(app: Flask, tmp_path: Path) -> None:
    files = {
        "help/include/sidebar_index.md": "## Guides\n* [Start](/help/start)\n\n# Using it\n\n## People\n* [Roles](/help/roles)\n",
        "help/include/admin.md": "Only administrators, see [roles](/help/roles).",
        "help/start.md": "# Getting started\n\n{!admin.md!}\n\n{start_tabs}\n\n{settings_tab|your-account}\n\n1. Press it.\n\n{end_tabs}\n",
        "help/roles.md": "# Roles and people\n\n[start](/help/start)",
    }

    bring_in(app, write(tmp_path / "help", files))

    assert category_of(app, "Getting started") == "guides"
    assert category_of(app, "Roles and people") == "using-it/people"
    text = body(app, "Getting started")
    assert text.startswith(f"Only administrators, see [roles](article:{article_id(app, 'Roles and people')}).")
    assert "1. Go to **Your account** in the settings." in text
    assert "{" not in text
