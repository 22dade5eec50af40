"""Every setting of the site, typed, read once from the environment when the site starts.

`Settings.from_environment()` raises `SettingsError` with one line that says what to do; nothing else
in the code reads the environment. The descriptions below are what `flask settings` prints.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent
DEFAULT_DATA_DIR = ROOT / "instance"
PREFIX = "KB_"

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class SettingsError(Exception):
    """A setting is wrong; the message is one line and says what to do."""


def _setting(description: str, default: Any) -> Any:
    return field(default=default, metadata={"description": description})


@dataclass(frozen=True)
class Settings:
    """One installation's settings. Every field is the environment variable `KB_` + its name in capitals."""

    data_dir: Path = _setting(
        "Folder that holds everything of one installation: database, uploads, search index, secret key.",
        DEFAULT_DATA_DIR,
    )
    database_url: str = _setting(
        "SQLAlchemy address of the database: sqlite or postgresql+psycopg. Empty: knowledge.sqlite in the data folder.",
        "",
    )
    index_dir: Path | None = _setting(
        "Folder of the search index. Empty: search_index beside the code, or in the data folder when that is set.",
        None,
    )
    secret_key: str = _setting(
        "Key that signs sessions, at least 32 characters. Empty: made on the first start and kept in the data folder.",
        "",
    )
    encoder: str = _setting(
        "What finds by meaning, once 'flask search prepare-encoder' has fetched it: minilm, for English; multilingual, "
        "for sixteen languages; none: search by words alone.",
        "minilm",
    )
    encoder_dir: Path | None = _setting(
        "Folder of what finds by meaning, which installations can share. Empty: knowledge-base/encoders in the user's "
        "cache.",
        None,
    )
    site_name: str = _setting("Name of the help centre, shown on every page.", "Help centre")
    site_url: str = _setting(
        "Public address of the site, such as https://help.example.com. Empty: taken from the request.", ""
    )
    default_language: str = _setting("Language of the site and of articles that name none (BCP 47, such as en).", "en")
    time_zone: str = _setting("Time zone in which the site tells and takes times, such as Europe/Madrid.", "UTC")
    site_description: str = _setting(
        "One sentence about the help centre, for search engines and previews. Empty: none.", ""
    )
    site_logo: str = _setting(
        "Logo in the header: an SVG, PNG or WebP file in the data folder, or its whole path. Empty: the name in words.",
        "",
    )
    site_logo_dark: str = _setting("The logo for dark screens, as site_logo. Empty: the same one.", "")
    languages: str = _setting(
        "Languages to offer besides those that articles are published in, such as es, pt-BR. The site's own is always "
        "offered.",
        "",
    )
    brand_hue: int = _setting("Hue of the accent colour in degrees, 0 to 359.", 255)
    brand_color: str = _setting(
        "Accent colour such as #0055aa, made readable where it is not. Empty: made of brand_hue.", ""
    )
    footer_links: str = _setting(
        "Links at the foot of every page: Privacy=https://example.com/privacy, Imprint=/articles/12.", ""
    )
    allow_indexing: bool = _setting("Let search engines list the site. no: keep all of it out of them.", True)
    cdn_seconds: int = _setting(
        "For how many seconds a cache in front of the site may answer without asking it. 0: it asks each time.", 0
    )
    security_contact: str = _setting(
        "Where to report weaknesses of the site: mailto: or https:// address for security.txt. Empty: no such file.", ""
    )
    contact_email: str = _setting("Address that customers write to. Empty: no e-mail is offered.", "")
    contact_phone: str = _setting("Number that customers call. Empty: no telephone is offered.", "")
    contact_url: str = _setting("Address of an existing contact form or chat. Empty: none is offered.", "")
    contact_hours: str = _setting("When people answer, in words, such as Monday to Friday, 9:00 to 17:00.", "")
    contact_form: bool = _setting("Have a form on the contact page that keeps what people write.", True)
    mail_host: str = _setting("Mail server that letters are sent through. Empty: the site sends no mail.", "")
    mail_port: int = _setting("Port of the mail server. 0: 587 with starttls, 465 with tls, 25 with none.", 0)
    mail_username: str = _setting("Name to sign in to the mail server with. Empty: it asks for none.", "")
    mail_password: str = _setting("Password to sign in to the mail server with.", "")
    mail_security: str = _setting(
        "How the way to the mail server is made safe: starttls, tls, or none for a server on this machine.", "starttls"
    )
    mail_from: str = _setting("Address that letters come from. Empty: the address that customers write to.", "")
    secure_cookies: bool = _setting("Send cookies over HTTPS only. Set to yes behind HTTPS.", False)
    hsts_subdomains: bool = _setting(
        "With secure_cookies: hold browsers to HTTPS on all subdomains of the site's name, too.", False
    )
    trusted_proxies: int = _setting("How many reverse proxies stand in front and set X-Forwarded headers.", 0)
    upload_limit_mb: int = _setting("Largest attachment in megabytes.", 20)
    limits: bool = _setting("Slow down whoever asks far more often than people do. Set to no for load tests.", True)
    limit_searches: int = _setting("Searches a minute from one network address or account; 0 is no limit.", 240)
    limit_votes: int = _setting("Votes an hour from one network address or account; 0 is no limit.", 300)
    limit_messages: int = _setting("Messages an hour from one network address or account; 0 is no limit.", 20)
    limit_api: int = _setting("API requests a minute from one network address, account or token; 0 is no limit.", 600)
    host: str = _setting("Address of this machine that the web server listens at; 0.0.0.0 is all of them.", "127.0.0.1")
    port: int = _setting("Port that the web server listens at.", 8000)
    web_processes: int = _setting("How many web server processes run.", 2)
    web_threads: int = _setting("How many threads each web server process runs.", 8)
    access_log: bool = _setting(
        "Log a line for each request: method, path, status, size, time. No names, no queries.", False
    )
    search_log_days: int = _setting(
        "How many days the search log is kept: what people searched, opened and said. 0: nothing is noted.", 90
    )
    log_level: str = _setting("How much the log tells: DEBUG, INFO, WARNING or ERROR.", "INFO")

    def __post_init__(self) -> None:
        for check in _CHECKS:
            check(self)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from the environment.

        Raises:
            SettingsError: a variable starting with `KB_` is unknown, or its value cannot be used.
        """
        given = os.environ if environment is None else environment
        known = {PREFIX + each.name.upper(): each for each in fields(cls)}
        unknown = sorted(name for name in given if name.startswith(PREFIX) and name not in known)
        if unknown:
            raise SettingsError(
                f"{unknown[0]} is not a setting: remove it, or see the list of settings with 'flask settings'."
            )
        values = {
            each.name: _converted(name, given[name], str(each.type))
            for name, each in known.items()
            if given.get(name, "").strip()
        }
        return cls(**values)

    @property
    def database_address(self) -> str:
        """The SQLAlchemy address that is in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'knowledge.sqlite'}"

    @property
    def search_index_dir(self) -> Path:
        """The folder of the search index that is in force."""
        if self.index_dir is not None:
            return self.index_dir
        return ROOT / "search_index" if self.data_dir == DEFAULT_DATA_DIR else self.data_dir / "search_index"

    @property
    def encoders_dir(self) -> Path:
        """The folder of the encoders that is in force: in the data folder for a user without a home."""
        if self.encoder_dir is not None:
            return self.encoder_dir
        try:
            cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        except RuntimeError:
            cache = self.data_dir
        return cache / "knowledge-base" / "encoders"

    @property
    def footer_addresses(self) -> tuple[tuple[str, str], ...]:
        """The links at the foot of every page as (words, address). Raises SettingsError for what is none."""
        # A comma inside an address stays: only one before the next words and their "=" parts two links.
        written = re.split(r",\s*(?=[^,=]+=\s*(?:https?:|mailto:|/))", self.footer_links.strip(" ,"))
        return tuple(_footer_link(each) for each in written if each.strip())

    @property
    def offered_languages(self) -> tuple[str, ...]:
        """The languages of the setting `languages`, in its order."""
        return tuple(code.strip() for code in self.languages.split(",") if code.strip())

    @property
    def uploads_dir(self) -> Path:
        """The folder of the attachments, stored by content hash."""
        return self.data_dir / "uploads"

    @property
    def mail_sender(self) -> str:
        """The address that letters come from."""
        return self.mail_from or self.contact_email

    @property
    def sends_mail(self) -> bool:
        """Whether the site sends mail: a server and a sender are set."""
        return bool(self.mail_host and self.mail_sender)

    def prepared(self) -> Settings:
        """Make the folders of the installation and return the settings with a secret key in place.

        Raises:
            SettingsError: a folder cannot be made or written, or the stored key is too short.
        """
        for folder in (self.data_dir, self.uploads_dir, self.search_index_dir):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise SettingsError(
                    f"The folder {folder} cannot be made ({error.strerror}): "
                    "set KB_DATA_DIR to a folder you may write to."
                ) from error
        if self.secret_key:
            return self
        return Settings(
            **{**{each.name: getattr(self, each.name) for each in fields(self)}, "secret_key": self._kept_key()}
        )

    def _kept_key(self) -> str:
        path = self.data_dir / "secret_key"
        draft = self.data_dir / f"secret_key.{os.getpid()}"
        try:
            if not path.exists():
                with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
                    file.write(secrets.token_urlsafe(48))
                # Web server and worker may start at once: the key appears whole, and only one of them gives it.
                with contextlib.suppress(FileExistsError):
                    os.link(draft, path)
                draft.unlink()
        except OSError as error:
            raise SettingsError(
                f"The secret key cannot be kept in {path} ({error.strerror}): "
                "set KB_DATA_DIR to a folder you may write to."
            ) from error
        key = path.read_text(encoding="ascii").strip()
        if len(key) < 32:
            raise SettingsError(f"The secret key in {path} is too short: delete the file and a new one is made.")
        return key


def _converted(name: str, value: str, kind: str) -> Any:
    value = value.strip()
    if kind == "int":
        if not re.fullmatch(r"-?\d{1,9}", value):
            raise SettingsError(f"{name} is {value!r}: write a whole number.")
        return int(value)
    if kind == "bool":
        words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
        if value.lower() not in words:
            raise SettingsError(f"{name} is {value!r}: write yes or no.")
        return words[value.lower()]
    if kind.startswith("Path"):
        return Path(value).expanduser().resolve()
    return value


def _check_database(settings: Settings) -> None:
    if settings.database_url and not settings.database_url.startswith(("sqlite://", "postgresql+psycopg://")):
        raise SettingsError(
            "KB_DATABASE_URL names an unknown database: write sqlite:///… or postgresql+psycopg://user:password@host/name."
        )
    if re.fullmatch(r"sqlite:/*(:memory:)?", settings.database_url):
        raise SettingsError("KB_DATABASE_URL names no file: write sqlite:/// and the path of one, or leave it empty.")
    try:
        _ = urlsplit(settings.database_url).port
    except ValueError as error:
        raise SettingsError(
            f"KB_DATABASE_URL cannot be read ({error}): write postgresql+psycopg://user:password@host:5432/name, "
            "with special letters of the password percent-encoded."
        ) from error


def _check_key(settings: Settings) -> None:
    if settings.secret_key and len(settings.secret_key) < 32:
        raise SettingsError("KB_SECRET_KEY is too short: give at least 32 characters, or remove it and one is made.")


def _check_addresses(settings: Settings) -> None:
    for name in ("site_url", "contact_url"):
        value = getattr(settings, name)
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise SettingsError(f"KB_{name.upper()} is {value!r}: write a whole address that starts with https://.")
    if settings.contact_email and not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+", settings.contact_email):
        raise SettingsError(
            f"KB_CONTACT_EMAIL is {settings.contact_email!r}: write an address such as help@example.com."
        )


def _check_brand(settings: Settings) -> None:
    if settings.brand_color and not re.fullmatch(r"#[0-9A-Fa-f]{6}", settings.brand_color):
        raise SettingsError(f"KB_BRAND_COLOR is {settings.brand_color!r}: write a colour such as #0055aa.")
    if settings.security_contact and not re.fullmatch(r"(?:https://|mailto:)[^\s<>\"]+", settings.security_contact):
        raise SettingsError(
            f"KB_SECURITY_CONTACT is {settings.security_contact!r}: "
            "write mailto:security@example.com or an address that starts with https://."
        )
    _ = settings.footer_addresses


def _footer_link(written: str) -> tuple[str, str]:
    words, _, address = (part.strip() for part in written.partition("="))
    is_own_path = re.fullmatch(r"/(?![/\\])[^\s<>\"\\]*", address)
    if not words or not (is_own_path or re.fullmatch(r"(?:https?://|mailto:)[^\s<>\"\\]+", address)):
        raise SettingsError(
            f"KB_FOOTER_LINKS has {written!r}: write Words=https://…, Words=mailto:… or Words=/path, "
            "with commas between links."
        )
    return words, address


def _check_mail(settings: Settings) -> None:
    if settings.mail_security not in ("starttls", "tls", "none"):
        raise SettingsError(f"KB_MAIL_SECURITY is {settings.mail_security!r}: write starttls, tls or none.")
    if settings.mail_from and not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+", settings.mail_from):
        raise SettingsError(f"KB_MAIL_FROM is {settings.mail_from!r}: write an address such as help@example.com.")
    if re.search(r"[\s/:@]", settings.mail_host):
        raise SettingsError("KB_MAIL_HOST is no name of a server: write one such as mail.example.com, without port.")
    if settings.mail_host and not settings.mail_sender:
        raise SettingsError("KB_MAIL_HOST needs a sender: set KB_MAIL_FROM to the address that letters come from.")
    if settings.mail_host and not settings.site_url:
        raise SettingsError("KB_MAIL_HOST needs KB_SITE_URL: letters hold links, which have to name the site.")


def _check_language(settings: Settings) -> None:
    if not _LANGUAGE.fullmatch(settings.default_language):
        raise SettingsError(f"KB_DEFAULT_LANGUAGE is {settings.default_language!r}: write a code such as en or pt-BR.")
    for code in settings.offered_languages:
        if not _LANGUAGE.fullmatch(code):
            raise SettingsError(f"KB_LANGUAGES names {code!r}: write codes such as en or pt-BR, with commas between.")


def _check_time_zone(settings: Settings) -> None:
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(
            f"KB_TIME_ZONE is {settings.time_zone!r}: write a name such as UTC or Europe/Madrid."
        ) from error


def _check_ranges(settings: Settings) -> None:
    for name, low, high in (
        ("brand_hue", 0, 359),
        ("cdn_seconds", 0, 86_400),
        ("trusted_proxies", 0, 5),
        ("upload_limit_mb", 1, 1024),
        ("port", 1, 65535),
        ("mail_port", 0, 65535),
        ("web_processes", 1, 64),
        ("web_threads", 1, 256),
        ("search_log_days", 0, 3650),
        ("limit_searches", 0, 1_000_000),
        ("limit_votes", 0, 1_000_000),
        ("limit_messages", 0, 1_000_000),
        ("limit_api", 0, 1_000_000),
    ):
        if not low <= getattr(settings, name) <= high:
            raise SettingsError(f"KB_{name.upper()} is {getattr(settings, name)}: write a number from {low} to {high}.")


def _check_log_level(settings: Settings) -> None:
    if settings.log_level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise SettingsError(f"KB_LOG_LEVEL is {settings.log_level!r}: write DEBUG, INFO, WARNING or ERROR.")


_CHECKS: tuple[Callable[[Settings], None], ...] = (
    _check_database,
    _check_key,
    _check_addresses,
    _check_brand,
    _check_mail,
    _check_language,
    _check_time_zone,
    _check_ranges,
    _check_log_level,
)
