"""Photos and papers: what is taken, what is left of it, who may see it."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from jiedao.cases import attachments
from jiedao.cases.models import Attachment
from jiedao.errors import Invalid, TooLarge
from jiedao.people.models import Person
from tests.cases.factories import TO_HANDLING, file_one, make_user, picture, walk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def file_of(row: Attachment) -> Path:
    return attachments.path_of(row.sha256, row.content_type)


def with_exif(orientation: int = 6) -> io.BytesIO:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825).update({1: "N", 2: (27.0, 49.0, 48.0), 3: "E", 4: (113.0, 9.0, 0.0)})
    return picture(40, 30, exif=exif, comment=b"shot by me")


def test_place_and_device_are_gone_and_the_photo_stands_upright():
    row = attachments.store(with_exif())
    data = file_of(row).read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (30, 40) == (row.width, row.height)
        assert not image.getexif()
        assert "comment" not in image.info
    for trace in (b"Exif", b"PhoneMaker", b"shot by me", b"GPS"):
        assert trace not in data


@pytest.mark.parametrize(("kind", "stored"), [("JPEG", "image/jpeg"), ("PNG", "image/jpeg"), ("WEBP", "image/jpeg")])
def test_kinds_taken(kind, stored):
    assert attachments.store(picture(kind=kind)).content_type == stored


def test_transparency_stays():
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert attachments.store(out.getvalue()).content_type == "image/webp"


def test_large_photos_are_scaled():
    row = attachments.store(picture(5000, 2500))
    assert (row.width, row.height) == (2048, 1024)


def bomb(side: int) -> bytes:
    """A PNG of a few hundred bytes that says it has side × side pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8_000, 60_000])
def test_a_bomb_is_refused_by_its_header(side):
    with pytest.raises(TooLarge):
        attachments.store(bomb(side))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + b"\0" * 50,
        b"\xff\xd8\xff\xe0" + b"\0" * 100,
        b"%PDF-1.7\n%%EOF",
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 200,
        picture().getvalue()[:300],
    ],
)
def test_what_is_no_photo_is_refused(data):
    with pytest.raises(Invalid):
        attachments.store(data)
    assert not Attachment.objects.exists()


def test_every_truncation_and_flipped_byte_is_a_refusal_or_a_photo():
    whole = with_exif().getvalue()
    for cut in range(1, len(whole), 37):
        for data in (whole[:cut], whole[:cut] + bytes([whole[cut] ^ 0xFF]) + whole[cut + 1 :]):
            with contextlib.suppress(Invalid, TooLarge):
                attachments.store(data)


def test_a_file_of_fifty_megabytes_is_refused_without_reading_it_all():
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= 13 * 2**20
            self.given += size
            return b"\xff" * size

    with pytest.raises(TooLarge) as refusal:
        attachments.store(Endless())
    assert refusal.value.status == 413


def test_papers():
    row = attachments.store(b"%PDF-1.7\nhello\n%%EOF\n", purpose="paper")
    assert (row.content_type, row.public) == ("application/pdf", False)
    with pytest.raises(Invalid):
        attachments.store(b"%PDF-1.7\nhello", purpose="paper")
    with pytest.raises(Invalid):
        attachments.store(picture(), purpose="../../x")


def test_the_same_content_is_kept_once_and_no_draft_is_left():
    one, two = attachments.store(picture()), attachments.store(picture())
    assert one.pk != two.pk
    assert file_of(one) == file_of(two)
    assert [p.name for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()] == [file_of(one).name]
    assert file_of(one).stat().st_mode & 0o077 == 0


# who may see it


@pytest.fixture
def report_photo(staff):
    person = Person.objects.create(name="居民")
    user = make_user()
    user.person, user_person = person, user.person
    user.save()
    user_person.delete()
    row = attachments.store(picture(), user=user)
    return row, file_one(photos=[row], person=person), user


def test_before_it_is_filed_only_reporter_and_staff(staff, client, report_photo):
    row, case, user = report_photo
    url = f"/media/{row.pk}"
    assert client.get(url).status_code == 404
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(url).status_code == 404
    for who in (user, staff.acceptor):
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        answer = client.get(url)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"
    client.logout()
    assert client.get(url, {"token": case.reports.get().token}).status_code == 200
    assert client.get(url, {"token": "guess"}).status_code == 404


def test_once_filed_everybody_sees_what_is_public(staff, client, report_photo):
    row, case, _ = report_photo
    walk(case, staff, *TO_HANDLING)
    assert client.get(f"/media/{row.pk}").status_code == 200
    Attachment.objects.filter(pk=row.pk).update(public=False)
    assert client.get(f"/media/{row.pk}").status_code == 404


def test_papers_are_for_staff_and_are_downloaded(staff, client):
    case = file_one()
    paper = attachments.store(b"%PDF-1.7\n%%EOF\n", purpose="paper", report=case.reports.get())
    assert client.get(f"/media/{paper.pk}").status_code == 404
    client.force_login(staff.acceptor, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/media/{paper.pk}")["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("path", ["../settings.py", "%2e%2e%2fvault.key", "00000000-0000-0000-0000-000000000000", "x"])
def test_no_way_out_of_the_folder(client, path):
    assert client.get(f"/media/{path}").status_code == 404


def test_a_file_that_is_gone_is_missing_not_a_fault(staff, client, report_photo):
    row, _, _ = report_photo
    file_of(row).unlink()
    client.force_login(staff.acceptor, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/media/{row.pk}").status_code == 404
