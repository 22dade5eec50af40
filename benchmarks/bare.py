"""The baseline: a bare Flask and Jinja page of the same size as the page that is measured."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, render_template
from jinja2 import DictLoader
from markupsafe import Markup

_TEMPLATE = "<!doctype html><html lang=en><head><title>{{ title }}</title></head><body>{{ body }}</body></html>"

app = Flask(__name__)
app.jinja_loader = DictLoader({"page.html": _TEMPLATE})  # compiled once, as from a file
_body = Markup(Path(os.environ["BARE_BODY"]).read_text(encoding="utf-8"))  # our own page


@app.get("/")
def page() -> str:
    """The page."""
    return render_template("page.html", title="A page", body=_body)
