"""The surroundings of tests about the trail."""

import pytest
from flask import Flask

from tests.trail.somebody import Somebody


@pytest.fixture
def somebody(app: Flask) -> Somebody:
    """A person at a browser."""
    return Somebody(app)
