"""Settings: typed, read once, and a wrong one says in one line what to do."""

from __future__ import annotations

import re
import stat
from dataclasses import fields
from pathlib import Path

import pytest

from config import DEFAULT_DATA_DIR, PREFIX, ROOT, Settings, SettingsError


def test_without_any_setting_the_site_can_start() -> None:
    assert Settings.from_environment({}) == Settings()


def test_an_empty_setting_counts_as_not_given() -> None:
    assert Settings.from_environment({"KB_PORT": " ", "KB_SITE_NAME": ""}) == Settings()


def test_settings_are_read_as_what_they_are(tmp_path: Path) -> None:
    given = {"KB_PORT": "8080", "KB_SECURE_COOKIES": "Yes", "KB_DATA_DIR": str(tmp_path), "KB_SITE_NAME": " Help "}
    settings = Settings.from_environment(given)
    assert (settings.port, settings.secure_cookies, settings.data_dir) == (8080, True, tmp_path)
    assert settings.site_name == "Help"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KB_PORT", "80a"),
        ("KB_PORT", "65536"),
        ("KB_WEB_PROCESSES", "0"),
        ("KB_WEB_THREADS", "1e3"),
        ("KB_BRAND_HUE", "360"),
        ("KB_TRUSTED_PROXIES", "-1"),
        ("KB_UPLOAD_LIMIT_MB", "99999999999999999999"),
        ("KB_SECURE_COOKIES", "maybe"),
        ("KB_DATABASE_URL", "knowledge.db"),
        ("KB_DATABASE_URL", "sqlite:///:memory:"),
        ("KB_DATABASE_URL", "postgresql+psycopg://name:word@host:port/base"),
        ("KB_SITE_URL", "https://"),
        ("KB_CONTACT_URL", "javascript:alert(1)"),
        ("KB_CONTACT_EMAIL", "nobody"),
        ("KB_DEFAULT_LANGUAGE", "English"),
        ("KB_TIME_ZONE", "Middle/Earth"),
        ("KB_TIME_ZONE", "../../etc/passwd"),
        ("KB_LOG_LEVEL", "chatty"),
        ("KB_MAIL_SECURITY", "ssl"),
        ("KB_MAIL_PORT", "70000"),
        ("KB_MAIL_FROM", "nobody"),
        ("KB_MAIL_HOST", "smtp://mail.example.com:25"),
        ("KB_MAIL_HOST", "mail.example.com"),
        ("KB_SECRET_KEY", "password"),
        ("KB_TYPO", "1"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({name: value})
    assert str(refused.value).startswith(name)
    assert "\n" not in str(refused.value)


def test_mail_needs_to_know_which_site_its_links_lead_to() -> None:
    given = {"KB_MAIL_HOST": "mail.example.com", "KB_CONTACT_EMAIL": "help@example.com"}
    with pytest.raises(SettingsError, match="KB_SITE_URL"):
        Settings.from_environment(given)
    settings = Settings.from_environment(given | {"KB_SITE_URL": "https://help.example.com"})
    assert settings.sends_mail
    assert settings.mail_sender == "help@example.com"


def test_a_secret_is_never_told_by_an_error() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"KB_SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_everything_of_an_installation_is_in_its_data_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data").prepared()
    for place in (settings.uploads_dir, settings.search_index_dir):
        assert place.is_dir()
        assert place.is_relative_to(settings.data_dir)
    assert str(settings.data_dir) in settings.database_address


def test_without_a_data_folder_the_index_is_beside_the_code() -> None:
    assert Settings(data_dir=DEFAULT_DATA_DIR).search_index_dir == ROOT / "search_index"


def test_a_secret_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first, second = Settings(data_dir=tmp_path).prepared(), Settings(data_dir=tmp_path).prepared()
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_damaged_secret_key_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("short")
    with pytest.raises(SettingsError, match="too short"):
        Settings(data_dir=tmp_path).prepared()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="cannot be made"):
        Settings(data_dir=tmp_path / "file" / "data").prepared()


def test_every_setting_has_a_type_that_can_be_read_and_a_description() -> None:
    for each in fields(Settings):
        assert str(each.type) in ("str", "int", "bool", "Path", "Path | None"), each.name
        assert re.match(r"[A-Z].*\.$", each.metadata["description"]), PREFIX + each.name
