"""The kinds of documentation trees that can be read, one file each.

A dialect says whether it is spoken in a tree, where each file stands in the table of contents, which old addresses
lead where, and how its own markup is written in ours. A new one is one more file and one more line in `DIALECTS`.
"""

from app.knowledge.exchange.dialects.base import Dialect, Page, Place
from app.knowledge.exchange.dialects.docfx import DocFx
from app.knowledge.exchange.dialects.docusaurus import Docusaurus
from app.knowledge.exchange.dialects.jekyll import Jekyll
from app.knowledge.exchange.dialects.mkdocs import MkDocs
from app.knowledge.exchange.dialects.sidebar import Sidebar

DIALECTS: tuple[Dialect, ...] = (DocFx(), Docusaurus(), MkDocs(), Sidebar(), Jekyll())

__all__ = ["DIALECTS", "Dialect", "Page", "Place"]
