"""The promise to other programs, apart on purpose."""

from flask import Flask

from config import Settings


def install(app: Flask, settings: Settings) -> None:
    """Connect version 1."""
