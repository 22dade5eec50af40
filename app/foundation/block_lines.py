"""Questions about the lines of a Markdown text: which mark a line begins with, and how far a block goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

#: Words that open a call-out, and the kind of call-out that they make.
CALLOUTS = {
    **dict.fromkeys(("note", "info", "abstract", "summary", "example", "question", "quote", "todo", "seealso"), "note"),
    **dict.fromkeys(("tip", "hint", "success", "check", "keyboard_tip"), "tip"),
    "important": "important",
    **dict.fromkeys(("warning", "warn", "attention"), "warning"),
    **dict.fromkeys(("caution", "danger", "error", "failure", "bug"), "caution"),
}
FENCE = re.compile(r"( {0,3})(`{3,}(?=[^`]*$)|~{3,})[ ]*(.*)")
HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t](.*))?$")
RULE = re.compile(r" {0,3}(?:(?:\*[ ]*){3,}|(?:-[ ]*){3,}|(?:_[ ]*){3,})$")
UNDERLINE = re.compile(r" {0,3}(=+|-+) *$")
QUOTE = re.compile(r" {0,3}> ?")
ITEM = re.compile(r"( {0,3})([-+*]|\d{1,9}[.)])( +|$)(.*)")
ADMONITION = re.compile(r'(?:!!!|\?\?\?\+?)[ ]+([\w-]+)[\w -]*(?:"(.*)")?$')
ALERT = re.compile(r"\[!(\w+)\][ ]*(.*)")
COLONS = re.compile(r"(:{3,})[ ]*(?:([\w-]+)(?:\[(.*)\]|[ ]+(.*))?)?$")
LEFTOVER_COLONS = re.compile(r":::[ ]*(?!image)[\w-][^:]*:::$|:::[ ]*(?:zone|moniker|row|column)[\w-]*(?: .*)?$")
FOOTNOTE = re.compile(r" {0,3}\[\^([^\]\s]{1,100})\]:[ ]*(.*)")
REFERENCE = re.compile(
    r" {0,3}\[((?:[^\[\]\\]|\\.){1,999})\]:\s*(?:<([^<>\n]*)>|(\S+))"
    r"(?:\s+(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?[ \t]*(?:\n|$)"
)
DELIMITERS = re.compile(r" {0,3}\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?$")
DEFINITION = re.compile(r" {0,3}:[ ]{1,4}(?=\S)")
HTML_BLOCK = re.compile(
    r" {0,3}<(?:(script|pre|style|textarea)(?=[\s>]|$)|(!--)|(\?)|(![A-Za-z])|(!\[CDATA\[)|"
    r"(/?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|"
    r"footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|"
    r"optgroup|option|p|param|picture|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul|video)(?=[\s/>]|$)))",
    re.IGNORECASE,
)
HTML_ENDS = {2: "-->", 3: "?>", 4: ">", 5: "]]>"}
LONE_TAG = re.compile(r" {0,3}</?[A-Za-z][A-Za-z0-9-]*+(?:\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)?/?>[ ]*$")
MARKDOWN_INSIDE = re.compile(r"\smarkdown(?:=|[\s>])")
ATTRIBUTES = re.compile(r"^[ ]{0,3}\{[:#.][^{}]*\}[ ]*$")


def interrupts(lines: Sequence[str], at: int) -> bool:
    """Whether a line ends the paragraph before it by starting a block of its own."""
    line = lines[at]
    text = line.lstrip(" ")
    if len(line) - len(text) > 3 or not text or text[0] not in "#>`~*-+_0123456789<!:{?[":
        return False
    if text[0] in "#>`~":
        return bool(HEADING.match(line) or QUOTE.match(line) or FENCE.match(line))
    if text[0] == "<":
        return bool(HTML_BLOCK.match(line))
    if text[0] in "!?:{":
        found = COLONS.match(text.rstrip())
        return bool(
            (found and (found[2] or "").lower() in CALLOUTS)
            or ADMONITION.match(text.rstrip())
            or LEFTOVER_COLONS.match(text.rstrip())
            or ATTRIBUTES.match(line)
        )
    if text[0] == "[":
        return bool(FOOTNOTE.match(line))
    if RULE.match(line):
        return not (text[0] == "-" and UNDERLINE.match(line))
    item = ITEM.match(line)
    return bool(item and item[4] and (item[2] in "-+*" or item[2][:-1] == "1"))


def contained(lines: Sequence[str], at: int, strip: Callable[[str], str | None]) -> tuple[list[str], int]:
    """The lines of a quote without their marks, with the lines that lazily carry on a paragraph, and where they end."""
    inner: list[str] = []
    fence, end = "", at
    while end < len(lines):
        content = strip(lines[end])
        if content is None:
            if fence or not _is_open(inner) or not lines[end].strip() or _starts_block(lines, end):
                break
            content = ("\\" if UNDERLINE.match(lines[end]) else "") + lines[end].lstrip()
        else:
            fence = _fence_after(fence, content)
        inner.append(content)
        end += 1
    return inner, end


def item_lines(lines: Sequence[str], at: int, found: re.Match[str]) -> tuple[list[str], int]:
    """The lines of the list item that starts at `at`, without its indentation, and where it ends."""
    start = len(found[1]) + len(found[2])
    wide = not found[4] or len(found[3]) > 4
    width = start + 1 if wide else start + len(found[3])
    needed = width if found[2] in "-+*" else min(width, len(found[1]) + 2)
    inner = [" " * (len(found[3]) - 1) + found[4] if wide and found[4] else found[4]]
    fence, end = _fence_after("", inner[0]), at + 1
    if not found[4] and end < len(lines) and not lines[end].strip():
        return inner, end
    while end < len(lines):
        line = lines[end]
        lead = len(line) - len(line.lstrip(" "))
        if not line.strip():
            inner.append("")
        elif lead >= width or (lead >= needed and not re.match(r" *\d+[.)] ", line)):
            inner.append(line[min(lead, width) :])
            fence = _fence_after(fence, inner[-1])
        elif not fence and _is_open(inner) and not _starts_block(lines, end):
            inner.append(line.lstrip())
        else:
            break
        end += 1
    while not inner[-1].strip() and end > at + 1:
        inner.pop()
        end -= 1
    return inner, end


def _starts_block(lines: Sequence[str], at: int) -> bool:
    return interrupts(lines, at) or bool(ITEM.match(lines[at]) or RULE.match(lines[at]))


def _is_open(inner: Sequence[str]) -> bool:
    """Whether the last line is text of a paragraph, which the next line may carry on without any mark."""
    text = _MARKS.sub("", inner[-1], count=1) if inner else ""
    return bool(text.strip()) and not (
        text.startswith("    ") or text.startswith(("#", "```", "~~~")) or RULE.match(text)
    )


_MARKS = re.compile(r"^(?: {0,3}(?:>|[-+*] |\d{1,9}[.)] ) ?)+")


def _fence_after(fence: str, line: str) -> str:
    """The fence that is open after this line, or an empty text; `fence` is the one that was open before it."""
    found = FENCE.match(line)
    if fence:
        return "" if found and found[2].startswith(fence) and not found[3] else fence
    return found[2] if found else ""


def fence_end(lines: Sequence[str], at: int, fence: str) -> int:
    closing = re.compile(r" {0,3}" + re.escape(fence[0]) + f"{{{len(fence)},}} *$")
    return next((n for n in range(at + 1, len(lines)) if closing.match(lines[n])), len(lines))


def detabbed(line: str) -> str:
    if "\t" not in line:
        return line
    return _PREFIX.sub(lambda prefix: prefix[0].expandtabs(4), line, count=1)


_PREFIX = re.compile(r"^[ \t]*(?:(?:[-+*>]|\d{1,9}[.)])[ \t]+)*")


def dedented(line: str, most: int) -> str:
    return line[min(most, len(line) - len(line.lstrip(" "))) :]


def without_closing(text: str) -> str:
    bare = text.rstrip("#")
    return bare.rstrip() if bare != text and (not bare or bare[-1] in " \t") else text
