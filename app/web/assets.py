"""Style sheets, scripts and pictures of the site: read once, addressed by content, kept by browsers for a year."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, make_response, request, session

from app.web.branding import Branding, brand_of
from app.web.colours import Brand, brand_css, brand_ramp
from app.web.origin import looks_at_no_cookie
from config import Settings

FOLDER = Path(__file__).parent / "static"
STYLE_SHEETS = ("tokens", "base", "components", "article", "reading", "search")
"""The parts of `site.css`, in their order: one request brings them all."""
ARTICLE_SCRIPTS = ("article", "vote", "beacon")
"""The parts of `article.js`, each with names of its own: one request more would cost more than their bytes."""

blueprint = Blueprint("web", __name__)


@dataclass(frozen=True)
class Asset:
    """One file as it is sent. `digest` is part of its address; `packed` is the content in gzip, or None."""

    content: bytes
    packed: bytes | None
    media_type: str
    digest: str

    @classmethod
    def of(cls, name: str, content: bytes) -> Asset:
        """The file of this name and content."""
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        is_text = name.endswith((".css", ".js", ".svg"))
        packed = gzip.compress(content, mtime=0) if is_text else None
        return cls(content, packed, media_type, hashlib.sha256(content).hexdigest()[:12])


def install(app: Flask, settings: Settings) -> None:
    """Read every asset into memory and connect their addresses."""
    assets = read_assets(brand_of(settings))
    brand: Branding = app.extensions["branding"]
    assets |= {logo.name: Asset.of(logo.name, logo.content) for logo in (brand.logo, brand.logo_dark) if logo}
    app.extensions["assets"] = assets
    app.register_blueprint(blueprint)
    app.after_request(_forget_session)


def read_assets(brand: Brand) -> dict[str, Asset]:
    """All assets by name: `site.css`, the scripts such as `vote.js`, and the pictures."""
    styles = [(FOLDER / "css" / f"{name}.css").read_text(encoding="utf-8") for name in STYLE_SHEETS]
    found = {"site.css": ("\n".join([brand_css(brand), *styles])).encode()}
    found["desk.css"] = (FOLDER / "css" / "desk.css").read_bytes()  # for staff alone: customers need not load it
    found |= {path.name: path.read_bytes() for path in sorted((FOLDER / "js").glob("*.js"))}
    found["article.js"] = b"".join(b"{\n%b\n}\n" % found[f"{name}.js"] for name in ARTICLE_SCRIPTS)
    accent = brand_ramp(brand)[6].hex
    found["icon.svg"] = (
        (FOLDER / "icon.svg").read_text(encoding="utf-8").replace("oklch(55% 0.14 var(--hue))", accent).encode()
    )
    return {name: Asset.of(name, content) for name, content in found.items()}


def static_url(name: str) -> str:
    """The address of an asset, which changes with its content.

    Raises:
        KeyError: there is no such asset.
    """
    asset: Asset = current_app.extensions["assets"][name]
    return f"{request.script_root}/static/{asset.digest}/{name}"


@blueprint.get("/static/<digest>/<name>", endpoint="static")
def send(digest: str, name: str) -> Response:
    """An asset, for good under its own digest; under an outdated one the current content, to be asked for again."""
    asset: Asset | None = current_app.extensions["assets"].get(name)
    if asset is None:
        abort(404)
    packed = asset.packed if request.accept_encodings.quality("gzip") > 0 else None
    response = make_response(packed or asset.content)
    response.content_type = f"{asset.media_type}; charset=utf-8" if asset.packed else asset.media_type
    if packed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # mail and the widget show them elsewhere
    if digest == asset.digest:
        response.cache_control.max_age = 365 * 24 * 3600
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
    return response


def _forget_session(response: Response) -> Response:
    """What is the same for everybody: a look at the session must not have caches fetch it again for each cookie."""
    if request.endpoint == "web.static" or looks_at_no_cookie():
        session.accessed = False
    return response
