"""Sending one message out of the house: e-mail through the configured server, or a signed JSON post to a unit."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.request
from urllib.parse import unquote, urlsplit

from django.core import mail
from django.utils import timezone, translation

from jiedao.cases import notices
from jiedao.cases.models import Notice, Report
from jiedao.config.options import options
from jiedao.people import ledger, vault
from jiedao.people.models import Unit

TIMEOUT_S = 10


def deliver(notice: Notice) -> None:
    """Send what is not sent yet; a failure is kept on the row and raised, so that the job comes back."""
    if notice.sent_at:
        return
    try:
        _email(notice) if notice.channel == notices.EMAIL else _post(notice)
    except Exception as error:
        Notice.objects.filter(pk=notice.pk).update(error=f"{type(error).__name__}: {error}"[:200])
        raise
    Notice.objects.filter(pk=notice.pk).update(sent_at=timezone.now(), error="")


def _email(notice: Notice) -> None:
    to, language = _recipient(notice)
    if not to:
        return
    with translation.override(language):
        subject, body = (str(text) for text in notices.render(notice))
    link = f"\n\n{options().origin}" if not notice.case else f"\n\n{options().origin}/cases/{notice.case.code}/"
    message = mail.EmailMessage(" ".join(subject.split()), body + link, options().email_from, [to])
    message.connection = _server()
    message.send()


def _recipient(notice: Notice) -> tuple[str, str]:
    """(address, language). Somebody without a sign-in is found through the report."""
    if notice.person:
        return ledger.opened(notice.person, "email"), notice.person.language
    report = Report.objects.filter(pk=notice.context.get("report")).first()
    if report is None or not report.contact_sealed:
        return "", "zh-hans"
    return json.loads(vault.unseal(report.contact_sealed, "contact")).get("email", ""), "zh-hans"


def _server() -> mail.backends.base.BaseEmailBackend | None:
    url = urlsplit(options().email_url)
    if url.scheme not in ("smtp", "smtps"):
        return None
    return mail.get_connection(
        host=url.hostname, port=url.port or (465 if url.scheme == "smtps" else 25),
        username=unquote(url.username or "") or None, password=unquote(url.password or "") or None,
        use_ssl=url.scheme == "smtps", use_tls=url.scheme == "smtp" and bool(url.username), timeout=TIMEOUT_S,
    )  # fmt: skip


def secret(unit: Unit) -> str:
    """The key with which this unit checks the signature; shown to whoever manages units."""
    return vault.key(unit.code, "webhook")


def _post(notice: Notice) -> None:
    unit = notice.unit
    if unit is None or urlsplit(unit.webhook).scheme not in ("http", "https"):
        return
    subject, text = notices.render(notice)
    body = json.dumps(
        {
            "id": notice.pk,
            "template": notice.template,
            "unit": unit.code,
            "case": notice.case.code if notice.case else None,
            "subject": subject.as_dict(),
            "text": text.as_dict(),
            "at": notice.created_at.isoformat(),
        },
        ensure_ascii=False,
    ).encode()
    signature = hmac.new(secret(unit).encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Jiedao-Signature": f"sha256={signature}"}
    request = urllib.request.Request(unit.webhook, data=body, headers=headers)  # noqa: S310 - scheme checked above
    with _opener().open(request, timeout=TIMEOUT_S):
        pass


class _Stay(urllib.request.HTTPRedirectHandler):
    """A webhook that points elsewhere is an error, not a way into the inner network."""

    def redirect_request(self, *args: object, **more: object) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_Stay)
