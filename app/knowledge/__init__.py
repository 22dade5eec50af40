"""What readers read: articles, their revisions and publications, votes, and their way in and out as Markdown."""

from flask import Flask

from app.knowledge import models
from config import Settings

__all__ = ["install", "models"]


def install(app: Flask, settings: Settings) -> None:
    """Connect the pages, commands and jobs of articles."""
