"""Helping one person: what customers send, with the trail of what they tried."""

from flask import Flask

from config import Settings


def install(app: Flask, settings: Settings) -> None:
    """Connect what customers send."""
