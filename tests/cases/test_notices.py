"""Messages: who gets what, in which language, and that nothing goes out before the commit."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.utils import translation

from jiedao.cases import delivery, intake, notices, tasks, templates
from jiedao.cases.models import Notice, Report
from jiedao.config.options import options
from jiedao.jobs.models import Job
from jiedao.people import vault
from jiedao.people.models import Person
from jiedao.text import Text
from tests.cases.factories import LON, MONDAY, a_report, file_one, make_user, take, walk


@pytest.fixture
def posting(monkeypatch):
    monkeypatch.setattr(options(), "email_url", "test://")


@pytest.fixture
def person(db) -> Person:
    return Person.objects.create(name="Ann", email_sealed=vault.seal("ann@example.org", "email"), language="en")


def test_the_reporter_hears_of_a_rejection_once(staff, person):
    case = file_one(person=person)
    intake.do_file([a_report(person=person), a_report()], MONDAY)
    case.refresh_from_db()
    take(case, "reject", staff, note="已有别的单位处理")
    notice = Notice.objects.get(template="rejected")
    assert (notice.person, notice.channel) == (person, "inapp")
    subject, body = notices.render(notice)
    assert subject.en == "What you reported was not taken on"
    assert "已有别的单位处理" in body.zh
    assert case.code in body.en


def test_mail_goes_out_by_a_job_in_the_readers_language(staff, person, posting):
    case = file_one(person=person)
    take(case, "reject", staff, note="别处\r\nBcc: all@example.org")
    job = Job.objects.get(task="jiedao.cases.tasks.deliver")
    assert mail.outbox == []
    tasks.deliver.call(*job.args)
    tasks.deliver.call(*job.args)
    (sent,) = mail.outbox
    assert (sent.subject, sent.to) == ("What you reported was not taken on", ["ann@example.org"])
    assert case.code in sent.body


def test_mail_to_somebody_without_a_sign_in(staff, posting):
    contact = {"name": "钟", "phone": "", "email": "zhong@example.org"}
    case = file_one(contact=contact)
    take(case, "reject", staff)
    tasks.deliver.call(*Job.objects.get().args)
    assert mail.outbox[0].to == ["zhong@example.org"]
    assert mail.outbox[0].subject == "您反映的问题未立案"


def test_a_failure_stays_on_the_row_and_the_job_comes_back(staff, person, posting, monkeypatch):
    take(file_one(person=person), "reject", staff)
    notice = Notice.objects.get(channel="email")

    def down():
        raise OSError("no route")

    monkeypatch.setattr(delivery, "_server", down)
    with pytest.raises(OSError, match="no route"):
        tasks.deliver.call(notice.pk)
    notice.refresh_from_db()
    assert "no route" in notice.error
    assert notice.sent_at is None


def test_a_unit_is_told_through_those_who_lead_it_and_the_handler_in_person(staff):
    walk(file_one(), staff, "file", "send", "dispatch", "assign")
    assert [n.user for n in Notice.objects.filter(template="to_handle")] == [staff.department]
    assert [n.user for n in Notice.objects.filter(template="assigned")] == [staff.handler]
    assert notices.of(staff.handler).count() == 1
    assert notices.mark_read(staff.handler) == 1
    assert notices.mark_read(staff.handler) == 0


def test_a_case_that_goes_to_its_unit_at_once_tells_it(staff, query_count):
    boss = make_user("department", unit=staff.other)
    reports = [a_report(kind="lamp", attributes={"pole": str(n)}) for n in range(20)]
    intake.do_file([a_report(kind="lamp", attributes={"pole": "0"})], MONDAY)
    with query_count(at_most=20):
        intake.do_file(reports, MONDAY)
    assert Notice.objects.filter(template="to_handle", user=boss).count() == 21
    assert not Notice.objects.filter(user=staff.stranger).exists(), "the unit has somebody who leads"


def test_dates_and_texts_are_said_in_both_languages(staff):
    notice = notices.tell(
        "suspended", user=staff.handler, case=file_one(), until=MONDAY, note=Text("等配件", "waiting for parts")
    )[0]
    notice.refresh_from_db()
    _, body = notices.render(notice)
    assert "6月15日 09:00" in body.zh
    assert "15 June, 09:00" in body.en
    assert "waiting for parts" in body.en


def test_a_message_that_lacks_something_is_a_fault_at_once(staff):
    with pytest.raises(ValueError, match="until"):
        notices.tell("suspended", user=staff.handler, case=file_one())
    with pytest.raises(KeyError):
        notices.tell("poem", user=staff.handler)


def test_an_erased_person_is_told_nothing(staff, person):
    case = file_one(person=person)
    Person.objects.filter(pk=person.pk).update(erased_at=MONDAY)
    take(case, "reject", staff)
    assert not Notice.objects.filter(person=person).exists()


def test_every_template_asks_for_the_same_in_both_languages():
    for template in templates.KERNEL.values():
        zh = templates.Template("", Text(template.subject.zh, ""), Text(template.body.zh, "")).names()
        en = templates.Template("", Text(template.subject.en, ""), Text(template.body.en, "")).names()
        assert zh == en, template.code


class Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.headers["X-Jiedao-Signature"], body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def hook():
    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.seen, server.status = [], 204
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_webhook_is_signed(staff, hook):
    staff.unit.webhook = f"http://127.0.0.1:{hook.server_port}/"
    staff.unit.save()
    case = walk(file_one(), staff, "file", "send", "dispatch")
    tasks.deliver.call(*Job.objects.get().args)
    ((signature, body),) = hook.seen
    wanted = hmac.new(delivery.secret(staff.unit).encode(), body, hashlib.sha256).hexdigest()
    assert signature == f"sha256={wanted}"
    assert json.loads(body)["case"] == case.code
    assert "新案卷" in json.loads(body)["subject"]["zh"]


@pytest.mark.parametrize("status", [302, 500])
def test_a_webhook_that_points_elsewhere_or_fails_is_an_error(staff, hook, status):
    hook.status = status
    staff.unit.webhook = f"http://127.0.0.1:{hook.server_port}/"
    staff.unit.save()
    walk(file_one(), staff, "file", "send", "dispatch")
    with pytest.raises(OSError, match=str(status)):
        tasks.deliver.call(*Job.objects.get().args)
    assert len(hook.seen) == 1


def test_a_file_address_is_no_webhook(staff):
    staff.unit.webhook = "file:///etc/passwd"
    staff.unit.save()
    walk(file_one(lon=LON), staff, "file", "send", "dispatch")
    tasks.deliver.call(*Job.objects.get().args)
    assert Report.objects.count() == 1


def test_the_active_language_does_not_change_what_is_kept(staff, person):
    with translation.override("en"):
        take(file_one(person=person), "reject", staff)
    assert notices.render(Notice.objects.get(template="rejected"))[0].zh == "您反映的问题未立案"
    assert make_user().pk
