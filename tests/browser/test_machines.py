"""What machines are told does not disturb the browser, and a page is light."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page

from tests.browser.fixtures import LiveSite
from tests.make import Make

pytestmark = pytest.mark.browser

MOST_REQUESTS = 6
MOST_BYTES = 60_000


def test_data_for_search_engines_stands_under_the_strict_policy(live_site: LiveSite, plain_page: Page) -> None:
    with live_site.store() as session:
        make = Make(session)
        article = make.article("</script><b>Is it told?", short_answer="Yes, </script> it is.", type="qa")
        path = f"/articles/{article.id}"
    plain_page.goto(path)
    data = plain_page.locator('script[type="application/ld+json"]').text_content()
    assert data is not None
    kinds = {thing["@type"] for thing in json.loads(data)["@graph"]}
    assert kinds == {"Article", "FAQPage", "BreadcrumbList", "Organization"}


def test_a_first_article_page_comes_in_few_requests_and_little_weight(live_site: LiveSite, page: Page) -> None:
    with live_site.store() as session:
        body = "\n\n".join(f"## Part {number}\n\n" + "Some words to read. " * 60 for number in range(8))
        path = f"/articles/{Make(session).article('How heavy is it?', body).id}-how-heavy-is-it"
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    page.goto(path, wait_until="networkidle")
    assert 2 <= len(sizes) <= MOST_REQUESTS
    assert sum(sizes) <= MOST_BYTES
