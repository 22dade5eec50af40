"""What somebody did on the way to an answer: searches, clicks, articles read, votes, and how it ended."""

from flask import Flask

from config import Settings


def install(app: Flask, settings: Settings) -> None:
    """Connect the trail."""
