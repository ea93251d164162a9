"""Messages of somebody signed in: newest first, his own only, read when he says so."""

from __future__ import annotations

import pytest

from jiedao.cases import notices
from jiedao.cases.models import Notice
from jiedao.text import Text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words(monkeypatch):
    def render(notice):
        number = notice.context["n"]
        return Text(f"第{number}号<b>", f"No. {number}"), Text("正文", "body")

    monkeypatch.setattr(notices, "render", render)


def tell(user, count):
    Notice.objects.bulk_create(Notice(user=user, template="x", context={"n": n}) for n in range(1, count + 1))


def test_pages_of_ones_own_messages(client, staff):
    from jiedao.people.models import User

    tell(staff, 31)
    tell(User.objects.create_user("other"), 1)
    client.force_login(staff)
    page = client.get("/messages/").text
    assert page.index("第31号") < page.index("第2号")
    assert "第1号" not in page
    assert "号<b>" not in page
    following = page.split("?after=")[1].split('"')[0]
    rest = client.get(f"/messages/?after={following}").text
    assert "第1号" in rest
    assert "第2号" not in rest


def test_reading_empties_the_bell(client, staff):
    tell(staff, 2)
    client.force_login(staff)
    assert "2 条未读" in client.get("/").text
    assert client.post("/messages/read/")["Location"] == "/messages/"
    assert "条未读" not in client.get("/").text


@pytest.mark.parametrize("after", ["x", "-1", "9" * 40, "\0"])
def test_a_strange_page_is_harmless(client, staff, after):
    client.force_login(staff)
    assert client.get("/messages/", {"after": after}).status_code == 200


def test_costs_few_queries(client, staff, django_assert_max_num_queries):
    tell(staff, 40)
    client.force_login(staff)
    with django_assert_max_num_queries(10):
        client.get("/messages/")


def test_needs_a_sign_in(client):
    assert client.get("/messages/")["Location"].startswith("/sign-in/")
