"""Finding. Knows documents, not articles or tickets: each part of the product hands in its own as a `DocumentSource`."""

from flask import Flask

from config import Settings


def install(app: Flask, settings: Settings) -> None:
    """Connect the engine, its pages and its jobs."""
