"""How an evaluation tells what it is doing."""

from collections.abc import Callable

Stage = Callable[[str, int, int], None]
"""Told what is done now, and how many of how many; 0 where that is not known."""
