"""People and what they may do."""

from flask import Flask

from app.accounts import models
from config import Settings

__all__ = ["install", "models"]


def install(app: Flask, settings: Settings) -> None:
    """Connect signing in."""
