"""These tests open a real browser."""

from tests.browser.fixtures import (
    browser,
    check_accessibility,
    complaints,
    live_site,
    page,
    plain_page,
    screenshot,
)

__all__ = ["browser", "check_accessibility", "complaints", "live_site", "page", "plain_page", "screenshot"]
