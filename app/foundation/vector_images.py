"""Whether an SVG file only draws. One that could do more is not shown but offered as a download."""

from __future__ import annotations

import re
from xml.parsers import expat

VECTOR_IMAGE = "image/svg+xml"

_SVG = "http://www.w3.org/2000/svg"
#: Elements of these namespaces, or of none, may act in a browser; those of drawing programs' own are only notes.
_ACTING = ("", "http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/1999/xlink")
_DRAWING = frozenset(
    "svg g defs symbol use title desc metadata path rect circle ellipse line polyline polygon text tspan textPath "
    "image linearGradient radialGradient stop clipPath mask pattern marker style switch filter feGaussianBlur feOffset "
    "feBlend feMerge feMergeNode feColorMatrix feComposite feFlood feMorphology feDropShadow "
    "feComponentTransfer "
    "feFuncA feFuncB feFuncG feFuncR".split()
)
_INSIDE = re.compile(r"\s*(?:#[\w.:-]*|data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*)\s*")
_REACHES_OUT = re.compile(
    r"@import|expression\s*\(|javascript:|\\|url\(\s*[\"']?\s*(?!#|data:image/(?:png|jpeg|gif|webp);)",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*")


_BOX = re.compile(r"\s*-?[\d.]{1,9}[\s,]+-?[\d.]{1,9}[\s,]+(\d{1,5}(?:\.\d{1,9})?)[\s,]+(\d{1,5}(?:\.\d{1,9})?)\s*")


class _DoesMore(Exception):
    """The file has a part that does more than draw."""


class _Reader:
    def __init__(self) -> None:
        self.size: tuple[int, int] | None = None
        self._depth = 0
        self._styles = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        namespace, _, tag = name.rpartition(" ")
        if self._depth == 1:
            if (namespace, tag) != (_SVG, "svg"):
                raise _DoesMore
            self.size = _size(attributes)
        if self._depth > 200 or not (tag in _DRAWING if namespace == _SVG else namespace not in _ACTING):
            raise _DoesMore
        self._styles += tag == "style"
        for key, value in attributes.items():
            word = key.rpartition(" ")[2].lower()
            is_bad_link = word == "href" and not _INSIDE.fullmatch(value)
            if word.startswith("on") or word in ("base", "src") or is_bad_link or _REACHES_OUT.search(value):
                raise _DoesMore

    def end(self, name: str) -> None:
        self._depth -= 1
        self._styles -= name.endswith(" style")

    def text(self, text: str) -> None:
        if self._styles and _REACHES_OUT.search(text):
            raise _DoesMore


def vector_image_size(content: bytes) -> tuple[bool, tuple[int, int] | None]:
    """Whether the SVG only draws, and its width and height in pixels where it says so."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = 2**20
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = _refuse
    parser.ProcessingInstructionHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse_entity
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, _DoesMore, ValueError, LookupError):
        return False, None
    return True, reader.size


def _refuse(*_: object) -> None:
    raise _DoesMore


def _refuse_entity(*_: object) -> int:
    raise _DoesMore


def _size(attributes: dict[str, str]) -> tuple[int, int] | None:
    lengths = [_LENGTH.fullmatch(attributes.get(name, "")) for name in ("width", "height")]
    if all(lengths):
        numbers = [int(found[1]) for found in lengths if found]
    else:
        box = _BOX.fullmatch(attributes.get("viewBox", ""))
        numbers = [int(float(box[1])), int(float(box[2]))] if box else []
    return (numbers[0], numbers[1]) if len(numbers) == 2 and all(0 < number <= 10_000 for number in numbers) else None
