"""Personal data taken out of a text before it is written: e-mail addresses, telephone and account numbers, secrets.

Made for what people type into a search or a comment. It would rather keep a version, an error code or an order number
than lose the question; names and postal addresses of people it does not know. The only file that knows phonenumbers.
"""

from __future__ import annotations

import ipaddress
import re

from phonenumbers import Leniency, PhoneNumberMatcher

#: Longer texts are cut here before anything is looked for, so that no text takes long.
LONGEST = 10_000

EMAIL, PHONE, CARD, ACCOUNT, NUMBER, NETWORK, SECRET = (
    *("[e-mail]", "[phone]", "[card]", "[account]"),
    *("[number]", "[network address]", "[secret]"),
)
_MARKS = re.compile("|".join(map(re.escape, (EMAIL, PHONE, CARD, ACCOUNT, NUMBER, NETWORK, SECRET))))
_FEWEST_PHONE_DIGITS = 6
_MOST_PHONE_DIGITS = 15
_MOST_PHONES = 50

_SUSPECT = re.compile(
    r"[\d@＠]|://|%40|(?i:pass|pwd|pin\b|kennwort|contrase|senha|mot de|\bat\b|bearer)|كلم|密码|密碼|パスワード"
)
_ADDRESS = re.compile(r"\b[a-zA-Z][a-zA-Z+.-]{1,20}://[^\s<>\"]{1,2000}")
_USER_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]{1,300}@")
_PARAMETER = re.compile(r"([?&#;][^=&#;\s]{1,60}=)([^&#;\s]+)")
_SECRET_NAME = re.compile(
    r"tok|key|sig|secret|pass|pwd|code|auth|sess|sid\b|jwt|otp|reset|magic|invit|hash|cred|user|mail|name|phone|nonce|state",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}|\+")
#: Letters and digits in one word of a certain length: nobody means such a word.
_RANDOM = re.compile(r"(?=[A-Za-z_]*\d)(?=\d*[A-Za-z_])\w{12,}")
_LONG_PART = re.compile(r"(?<!//)(?<=[/=])(?=[^/?&#\s]*\d)(?=[^/?&#\s]*[A-Za-z])[A-Za-z0-9_.~%+=-]{24,}")
_WORDS_IN_PART = re.compile(r"(?:^|[-_/])[A-Za-z]{2,}[-_][A-Za-z]+[-_.]")
_KNOWN_SECRET = re.compile(
    r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?"
    r"|\b(?:sk|pk|rk|ghp|gho|ghs|glpat|xox[abprs]|AKIA|ASIA|AIza|hf|npm|pypi)[-_]?[A-Za-z0-9_-]{16,}"
    r"|(?i:\bbearer\s+)[\w.~+/=-]{12,}"
    r"|\b(?:[A-Z0-9]{5}-){4}[A-Z0-9]{5}\b"
    r"|(?<![\w-])(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{32,}(?![\w-])"
)
_KEPT_WORDS = (
    "not|no|never|always|wrong|right|correct|incorrect|invalid|valid|weak|strong|lost|gone|blank|empty|missing|too|"
    "still|already|also|only|just|now|unknown|different|visible|hidden|case|the|a|an|my|your|in|on|for|to|from|and|or|of|"
    "at|by|with|this|that|what|where|how|why|when|if|it|so|very|ok|okay|fine|being|safe|old|new|short|long|there|here|"
    "out|off|sent|kept|known|set|stuck|broken|bad|good|needed|necessary|possible|impossible|good|nicht|kein|falsch|zu|"
    "die|der|das|weg|no|incorrecta|muy|la|el|en|pas|trop|le|dans|para|errada"
)
_PASSWORD = re.compile(
    r"(?P<before>(?i:\b(?:pass(?:word|code|phrase|wort)?s?|pwd|passwd|kennwort|pin(?:\s?code)?|contrase[nñ]a|senha|"
    r"mot\s+de\s+passe|wachtwoord)\b)\s{0,3}(?:(?i:is|was|ist|lautet|war|es|era|est|être|é)\s{1,3}[:=]?|[:=]{1,2})\s{0,3}"
    r"[\"'“„«‘]?|(?:كلمة\s+(?:المرور|السر)|密码|密碼|パスワード)\s{0,3}(?:هي|是|は|[:=：])\s{0,3})"
    rf"(?!(?i:{_KEPT_WORDS})\b)(?!(?i:[a-z]+(?:ed|ing|n't|able|ible))\b)(?P<secret>[^\s\"'”“«»’，。]{{2,200}})"
)
_EMAIL = re.compile(
    r"(?<![^\s<>()\[\],;:\"'|=/?&])[^\s@＠<>()\[\],;:\"'|=/?&]{1,64}(?:[@＠]|%40)[^\s@＠<>()\[\],;:\"'|/?&#]{1,255}"
)
_VERSION_AFTER_AT = re.compile(r"(?:[@＠]|%40)[v^~]?\d+(?:\.\w+)*$")
_SPOKEN_EMAIL = re.compile(
    r"\b[\w.+-]{1,64}\s?(?:\bat\b|\(at\)|\[at\])\s?[\w-]{1,64}(?:\s?(?:\bdot\b|\(dot\)|\[dot\])\s?[\w-]{2,30}){1,3}\b",
    re.I,
)
_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\w.-])[2-6]\d{3}(?:[ -]?\d){8,15}(?![\w-])")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")
_VERSION_BEFORE = re.compile(
    r"(?:\bv|version|versión|release|build|firmware|driver|update|wersja)\W{0,3}$", re.IGNORECASE
)
_OWN_NETWORK = re.compile(r"(?:0|10|127|255|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.")
_PUBLIC_SERVERS = frozenset({"1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9"})
_COLONS = re.compile(
    r"(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])|(?<![\w:-])(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}(?![\w:-])"
)
_DATE = re.compile(r"\D{0,2}(?:(?:19|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d)(?!\d)")
_PHONE_WORD = re.compile(
    r"(?i:\b(?:phone|telephone|tel|mobile|cell|cellphone|call(?:\s+me)?|fax|sms|text\s+me|whatsapp|ring(?:\s+me)?|telefon|handy|"
    r"rufnummer|nummer|mobil|tel[eé]fono|m[oó]vil|celular|t[eé]l[eé]phone|portable|num[eé]ro)\b|هاتف|رقم|جوال|电话|手机|號碼|号码|電話)"
    r"[^\d\n]{0,24}?(?P<number>(?<![\w.])\(?\d(?:[ ()/.-]{0,2}\d){5,14}(?!\w|\.\d))"
)
_PHONE_SHAPE = re.compile(
    r"(?<![\w.+#/-])(?:\(\d{2,5}\)\s?\d{2,5}[ -]?\d{2,5}(?:[ -]?\d{2,4})?|(?:1[ -])?[2-9]\d{2}[-. ]\d{3}[-. ]\d{4}|"
    r"00[ -]?[1-9]\d(?:[ /-]?\d){6,12}|0\d{1,4}[ /-]\d{3,8}(?:[ -]\d{2,5}){0,3}|0[1-9](?:[ .-]\d{2}){4})(?![\w-]|\.\d)"
)
_SOCIAL_NUMBER = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_RUN = re.compile(r"(?<![\w.,/])(?<![0-9a-fA-F]{4}-)\d{9,}(?!\w)|(?<![\w.,-])(?:\d{4} ){2,}\d{1,4}(?!\w)")
_MOMENT = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{0,6}")
_CODE_BEFORE = re.compile(
    r"(?:error|code|status|fehler|erreur|errore|exit|hresult|kb|bug|#|-)\W{0,3}(?:code\W{0,3})?-?$", re.I
)


def scrubbed(text: str) -> str:
    """The text with personal data replaced by words such as `[e-mail]`, cut to 10,000 characters.

    Found are e-mail addresses, telephone numbers, payment cards (Luhn), bank accounts (IBAN, ISO 13616), network
    addresses that are not private, nine digits and more in a row, secrets in addresses, and what follows "password is".
    """
    text = text[:LONGEST]
    if _SUSPECT.search(text) is None:
        return text if len(text) < 16 else _KNOWN_SECRET.sub(SECRET, text)
    text = _ADDRESS.sub(lambda found: _without_secrets(found.group()), text)
    text = _KNOWN_SECRET.sub(SECRET, text)
    text = _PASSWORD.sub(lambda found: found["before"] + SECRET, text)
    text = _EMAIL.sub(lambda found: found.group() if _VERSION_AFTER_AT.search(found.group()) else EMAIL, text)
    text = _SPOKEN_EMAIL.sub(EMAIL, text)
    return _without_numbers(text) if any(map(str.isdigit, text)) else text


def without_marks(text: str) -> str:
    """A scrubbed text without the words that stand for what was taken out."""
    return _MARKS.sub(" ", text)


def _without_secrets(address: str) -> str:
    """An address of the web without the user in it, and without the values that open something."""
    address = _USER_IN_ADDRESS.sub(f"{SECRET}@", address)
    address = _PARAMETER.sub(
        lambda found: found[1] + SECRET if _is_secret(found[1], found[2]) else found.group(), address
    )
    return _LONG_PART.sub(lambda found: found.group() if _WORDS_IN_PART.search(found.group()) else SECRET, address)


def _is_secret(name: str, value: str) -> bool:
    return _SECRET_NAME.search(name) is not None or (
        len(value) >= 20 and _RANDOM.search(_ESCAPED.sub("-", value)) is not None
    )


def _without_numbers(text: str) -> str:
    text = _IBAN.sub(lambda found: ACCOUNT if _is_iban(found.group()) else found.group(), text)
    text = _CARD.sub(lambda found: CARD if _is_card(found.group()) else found.group(), text)
    text = _IPV4.sub(lambda found: _network(found, text), text)
    text = _COLONS.sub(lambda found: _long_network(found.group()), text)
    text = _SOCIAL_NUMBER.sub(NUMBER, text)
    if "+" in text or "＋" in text:
        text = _without_international_phones(text)
    text = _PHONE_WORD.sub(_said_phone, text)
    text = _PHONE_SHAPE.sub(lambda found: PHONE if _is_phone(found.group(), fewest=9) else found.group(), text)
    return _RUN.sub(lambda found: _long_number(found, text), text)


def _without_international_phones(text: str) -> str:
    kept, at = [], 0
    for tried, match in enumerate(PhoneNumberMatcher(text, None, leniency=Leniency.POSSIBLE, max_tries=200)):
        if tried >= _MOST_PHONES:
            break
        kept += [text[at : match.start], PHONE]
        at = match.end
    return "".join([*kept, text[at:]])


def _said_phone(found: re.Match[str]) -> str:
    number = found["number"]
    if not _is_phone(number, fewest=_FEWEST_PHONE_DIGITS):
        return found.group()
    return found.group()[: -len(number)] + PHONE


def _is_phone(number: str, *, fewest: int) -> bool:
    digits = sum(map(str.isdigit, number))
    return fewest <= digits <= _MOST_PHONE_DIGITS and not _DATE.match(number) and number.count(".") != 3


def _is_card(number: str) -> bool:
    """Whether the check digit is right (Luhn, ISO/IEC 7812-1)."""
    digits = [int(each) for each in number if each.isdigit()]
    doubled = (each * 2 - 9 * (each > 4) if place % 2 else each for place, each in enumerate(reversed(digits)))
    return 12 < len(digits) < 20 and sum(doubled) % 10 == 0 and len(set(digits)) > 1


def _is_iban(text: str) -> bool:
    """Whether the check digits are right (ISO 7064, modulus 97)."""
    compact = re.sub(r"[ -]", "", text).upper()
    if not (14 < len(compact) < 35 and compact.isascii() and compact.isalnum()):
        return False
    return int("".join(str(int(letter, 36)) for letter in compact[4:] + compact[:4])) % 97 == 1


def _network(found: re.Match[str], text: str) -> str:
    address = found.group()
    is_address = all(int(part) < 256 for part in address.split("."))
    before = text[max(0, found.start() - 16) : found.start()]
    if not is_address or address in _PUBLIC_SERVERS or _OWN_NETWORK.match(address) or _VERSION_BEFORE.search(before):
        return address
    return NETWORK


def _long_network(address: str) -> str:
    if len(re.split("[:-]", address)) == 6 and len(address) == 17:
        return NETWORK
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    is_own = parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified
    return address if is_own or not any(map(str.isdigit, address)) else NETWORK


def _long_number(found: re.Match[str], text: str) -> str:
    number = found.group()
    before = text[max(0, found.start() - 16) : found.start()]
    if len(number) <= 10 and _CODE_BEFORE.search(before):
        return number
    return number if _MOMENT.fullmatch(number) else NUMBER
