"""Personal data is taken out of what people type, and the question stays."""

from __future__ import annotations

import time

import pytest

from app.foundation.scrubbing import LONGEST, scrubbed

PERSONAL = [
    ("jane.doe@example.com cannot log in", "[e-mail] cannot log in"),
    ("write to Jane <jane+help@mail.example.org>", "write to Jane <[e-mail]>"),
    ("jane at example dot com", "[e-mail]"),
    ("mailbox of jane%40example.com", "mailbox of [e-mail]"),
    ("half typed jane@exa", "half typed [e-mail]"),
    ("jörg@müller.example does not get mail", "[e-mail] does not get mail"),
    ("call me on +49 170 1234567 please", "call me on [phone] please"),
    ("+44 20 7946 0958", "[phone]"),
    ("00 44 20 7946 0958", "[phone]"),
    ("my phone number is 0170 1234567", "my phone number is [phone]"),
    ("Telefon 030/1234567", "Telefon [phone]"),
    ("(555) 010-9999 is busy", "[phone] is busy"),
    ("555-010-9999", "[phone]"),
    ("01 23 45 67 89", "[phone]"),
    ("手机 13800138000", "手机 [phone]"),
    ("رقم هاتف ٠٥٠١٢٣٤٥٦٧", "رقم هاتف [phone]"),
    ("4111 1111 1111 1111 declined", "[card] declined"),
    ("card 5500-0055-5555-5559", "card [card]"),
    ("card 378282246310005", "card [card]"),
    ("pay from DE89 3704 0044 0532 0130 00", "pay from [account]"),
    ("GB29NWBK60161331926819", "[account]"),
    ("blocked from 203.0.113.77", "blocked from [network address]"),
    ("2001:db8:85a3::8a2e:370:7334", "[network address]"),
    ("3c:22:fb:00:11:22", "[network address]"),
    ("ssn 123-45-6789", "ssn [number]"),
    ("account 123456789012", "account [number]"),
    ("https://example.com/reset?token=abc123def&lang=en", "https://example.com/reset?token=[secret]&lang=en"),
    ("https://joe:pw@example.com/x", "https://[secret]@example.com/x"),
    ("https://example.com/m/4f8a9c7b2e1d4f8a9c7b2e1d4f8a9c7b", "https://example.com/m/[secret]"),
    ("my password is hunter2", "my password is [secret]"),
    ("password: Tr0ub4dor&3 refused", "password: [secret] refused"),
    ("mein Passwort lautet geheim", "mein Passwort lautet [secret]"),
    ("mi contraseña es gato123", "mi contraseña es [secret]"),
    ("mot de passe : chat123", "mot de passe : [secret]"),
    ("密码是abc123", "密码是[secret]"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "[secret]"),
    ("Authorization: Bearer abcdef0123456789abcd", "Authorization: [secret]"),
    ("key sk_live_abcdefghijklmnop1234", "key [secret]"),
]
HARMLESS = [
    *("how do I reset my password", "0x80070005", "error 0x80070005 after update", "Error -2147467259"),
    *("error code 2147942405", "version 115.3.1", "10.0.19045.2486", "version 1.2.3.4", "Windows 11 23H2"),
    *("invoice 12345678", "order 4711", "order 112-1234567-1234567", "#404", "KB5034441", "ISO 27001", "RFC 5322"),
    *("2024-05-03", "03.05.2024 14:30", "12:30:45", "fax 12.03.2024", "20230112161338", "24-48 hours"),
    *("192.168.1.1 router login", "127.0.0.1:8080", "255.255.255.0", "dns 8.8.8.8", "::1"),
    *("react@18.2.0", "@mention somebody", "look at dot matrix", "std::vector<int>", "a::b", "c++ 20", "+1 vote"),
    *("password is wrong", "password is not accepted", "my password is rejected", "the password is too weak"),
    *("iPhone 15 Pro Max", "1920x1080", "USB 3.2 Gen 2x2", "100,000 rows", "1.234.567,89 €", "$1,299.00"),
    *("call of duty 2019", "phone 15", "mobile data 5 GB", "HTTP 500 error", "3.14159265358979", "2 + 2"),
    *("https://example.com/articles/12-how-do-i-reset-my-password?lang=en", "550e8400-e29b-41d4-a716-446655440000"),
    *("https://example.com/hc/articles/115000669508-link-a-calendar", "كيف أغير كلمة المرور", "如何重置密码"),
]
BORING = {
    "digits": "1" * LONGEST,
    "plus signs": "+1" * (LONGEST // 2),
    "at signs": "@" * LONGEST,
    "dots": "1." * (LONGEST // 2),
    "hyphens": "1-" * (LONGEST // 2),
    "blanks": " " * LONGEST,
    "addresses": "http://" * (LONGEST // 7),
    "parameters": "http://x?" + "a=&" * (LONGEST // 3),
    "telephones": "phone 1 " * (LONGEST // 8),
    "passwords": "password is " * (LONGEST // 12),
    "accounts": "DE89 3704 " * (LONGEST // 10),
}


@pytest.mark.parametrize(("text", "wanted"), PERSONAL, ids=[text for text, _ in PERSONAL])
def test_personal_data_is_replaced(text: str, wanted: str) -> None:
    assert scrubbed(text) == wanted


@pytest.mark.parametrize("text", HARMLESS)
def test_what_belongs_to_the_question_stays(text: str) -> None:
    assert scrubbed(text) == text


@pytest.mark.parametrize("text", [text for text, _ in PERSONAL])
def test_scrubbing_again_changes_nothing(text: str) -> None:
    once = scrubbed(text)
    assert scrubbed(once) == once


def test_a_card_is_told_by_its_check_digit() -> None:
    assert scrubbed("4111 1111 1111 1111") == "[card]"
    assert "[card]" not in scrubbed("4111 1111 1111 1112")


@pytest.mark.parametrize("text", BORING.values(), ids=BORING)
def test_no_text_takes_long(text: str) -> None:
    begun = time.process_time()
    scrubbed(text)
    assert time.process_time() - begun < 0.5


def test_a_longer_text_is_cut_before_it_is_looked_at() -> None:
    assert len(scrubbed("word " * LONGEST)) == LONGEST
