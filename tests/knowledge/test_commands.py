"""Commands for single articles."""

from flask import Flask
from sqlalchemy.orm import Session

from tests.make import Make
from tests.visitor import Visitor


def test_an_article_is_archived_and_brought_back(app: Flask, session: Session, make: Make, client: Visitor) -> None:
    article, better = make.article("Old way"), make.article("New way")
    make.translation(article, "es", "Antes")
    session.commit()
    terminal = app.test_cli_runner()
    told = terminal.invoke(args=["content", "archive", str(article.id), "--replaced-by", str(better.id)])
    assert told.output == f"Article {article.id} is archived.\n"
    assert client.get(f"/articles/{article.id}-old-way").status_code == 410
    told = terminal.invoke(args=["content", "publish", str(article.id)])
    assert told.output == f"Article {article.id} is published in: en, es.\n"
    assert client.get(f"/articles/{article.id}-old-way").status_code == 200


def test_a_number_that_is_no_article_is_explained(app: Flask, session: Session, make: Make) -> None:
    article = make.article()
    session.commit()
    terminal = app.test_cli_runner()
    for arguments in (["publish", "4711"], ["archive", "4711"], ["archive", str(article.id), "--replaced-by", "4711"]):
        told = terminal.invoke(args=["content", *arguments])
        assert (told.exit_code, told.output) == (
            1,
            "Error: There is no article 4711: its number stands in its address.\n",
        )
    told = terminal.invoke(args=["content", "archive", str(article.id), "--replaced-by", str(article.id)])
    assert "cannot replace itself" in told.output
