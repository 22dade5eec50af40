"""The widget's script: its parts in their order, one file without anything that it would have to load."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "source"
_HEAD = """(() => {
"use strict";
if (window.HelpWidget) return;
const SCRIPT = document.currentScript ?? document.querySelector('script[src*="/widget.js"]');
const HOME = new URL(".", SCRIPT.src).href;
const OPTIONS = { ...SCRIPT.dataset };
let settings, panel, root;
"""


@cache
def widget_script() -> bytes:
    """The script as it is sent, in UTF-8. It begins with the tag that brought it, and leaves one name on the page."""
    style = json.dumps(_without_comments((FOLDER / "widget.css").read_text(encoding="utf-8")))
    parts = [_without_comments(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.js"))]
    return "\n".join([f"{_HEAD}const STYLE = {style};", *parts, "})();\n"]).encode()


def _without_comments(source: str) -> str:
    """The source without indentation and without the comments that have lines of their own."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*")))
