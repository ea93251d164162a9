"""Chinese mobile numbers, citizen IDs (GB 11643) and unified social credit codes (GB 32100): normalised, or refused.

A refusal names the field and what would be right, and shows the value masked: it never repeats a whole ID.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from django.utils import timezone
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from jiedao.errors import Invalid
from jiedao.people.vault import mask_email, mask_identity, mask_phone
from jiedao.text import Text

PROVINCES = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
"""First two digits in use; 81-83 are residence permits of Hong Kong, Macao and Taiwan residents."""
SEPARATORS = re.compile(r"[\s\-‐-―−·.()\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
PHONE = Text("11 位手机号，如 13800138000", "a mobile number of 11 digits, such as 13800138000")
IDENTITY = Text("18 位身份证号，末位可为 X", "an ID number of 18 characters, the last may be X")
CREDIT = Text("18 位统一社会信用代码，不含 I、O、S、V、Z", "a credit code of 18 characters without I, O, S, V, Z")
EMAIL = Text("邮箱地址，如 name@example.com", "an e-mail address, such as name@example.com")


def squeeze(text: str) -> str:
    """Full-width to half-width, separators and invisible marks out, upper case."""
    return SEPARATORS.sub("", unicodedata.normalize("NFKC", str(text))).upper()


def phone(text: str, field: str = "phone") -> str:
    """Mainland mobile number as 11 digits; +86, 0086, spaces and full-width digits are taken."""
    number = re.sub(r"^(\+86|0086|86(?=1\d{10}$))", "", squeeze(text))
    if not re.fullmatch(r"1[3-9][0-9]{9}", number):
        raise Invalid(
            Text("手机号不对。", "This is not a mobile number."), field=field, value=mask_phone(number), expected=PHONE
        )
    return number


def identity(text: str, field: str = "identity", today: date | None = None) -> str:
    """Citizen ID of 18 characters, with check digit, province and date of birth verified.

    County codes are not: a number keeps the code of the county where it was first issued, whatever became of it.
    """
    number = squeeze(text)
    try:
        if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
            why = Text("身份证号应为 18 位。", "An ID number has 18 characters.")
        elif number[-1] != ric.calc_check_digit(number):
            why = Text("身份证号校验位不对，请检查每一位。", "The check digit does not fit: please check every digit.")
        elif not PROVINCES.match(number) or not _born(number, today):
            why = Text("身份证号里的地区或出生日期不对。", "The place or date of birth in this ID number cannot be.")
        else:
            return number
    except ValidationError:
        why = Text("身份证号里的出生日期不存在。", "The date of birth in this ID number does not exist.")
    raise Invalid(why, field=field, value=mask_identity(number[:40]), expected=IDENTITY)


def _born(number: str, today: date | None) -> bool:
    born, today = ric.get_birth_date(number), today or timezone.localdate()
    return born <= today and today.year - born.year < 150


def birth_date(number: str) -> date:
    """Of a valid ID number."""
    return ric.get_birth_date(number)


def credit_code(text: str, field: str = "credit_code") -> str:
    """Unified social credit code of 18 characters with its check character."""
    code = squeeze(text)
    try:
        return uscc.validate(code)
    except ValidationError as error:
        why = Text("统一社会信用代码不对。", "This is not a unified social credit code.")
        raise Invalid(why, field=field, value=mask_identity(code[:40]), expected=CREDIT) from error


def email(text: str, field: str = "email") -> str:
    """An e-mail address in lower case."""
    address = unicodedata.normalize("NFKC", str(text)).strip().lower()
    if len(address) > 254 or not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+", address):
        why = Text("邮箱地址不对。", "This is not an e-mail address.")
        raise Invalid(why, field=field, value=mask_email(address[:80]), expected=EMAIL)
    return address
