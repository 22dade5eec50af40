"""Names that writers give to programming languages, and the words of call-outs in the languages of readers."""

from __future__ import annotations

CALLOUT_TITLES = {
    "en": {"note": "Note", "tip": "Tip", "important": "Important", "warning": "Warning", "caution": "Caution"},
    "es": {
        "note": "Nota",
        "tip": "Consejo",
        "important": "Importante",
        "warning": "Advertencia",
        "caution": "Precaución",
    },
    "fr": {"note": "Remarque", "tip": "Conseil", "important": "Important", "warning": "Attention", "caution": "Danger"},
    "de": {"note": "Hinweis", "tip": "Tipp", "important": "Wichtig", "warning": "Warnung", "caution": "Vorsicht"},
    "ar": {"note": "ملاحظة", "tip": "نصيحة", "important": "مهم", "warning": "تحذير", "caution": "تنبيه"},
    "zh": {"note": "注意", "tip": "提示", "important": "重要", "warning": "警告", "caution": "小心"},
}
HIGHLIGHTED = frozenset(
    "bash c cpp csharp css diff docker go graphql html http ini java javascript json kotlin lua markdown nginx "
    "objective-c perl php powershell python r ruby rust scala shell sql swift toml typescript xml yaml".split()
)
_SPELLINGS = {
    "c#": "csharp", "cs": "csharp", "c++": "cpp", "js": "javascript", "jsx": "javascript", "ts": "typescript",
    "py": "python", "python3": "python", "sh": "bash", "zsh": "bash", "console": "bash", "yml": "yaml", "rb": "ruby",
    "ps": "powershell", "ps1": "powershell", "dockerfile": "docker", "htm": "html", "svg": "xml",
    "md": "markdown",
    "golang": "go", "rs": "rust", "kt": "kotlin", "tsx": "typescript", "jsonc": "json", "json5": "json",
}  # fmt: skip


def language_of(word: str) -> str:
    """The language that a writer means, in the spelling of the highlighter; an unknown word as it is."""
    written = word.lower()
    return _SPELLINGS.get(written, written)
