"""What the frames show to whom: navigation, tabs, the report button, unread messages."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from jiedao.registry import NavItem
from jiedao.text import Text
from jiedao.web import shell as shells

ITEMS = (
    NavItem("portal", "/x/map/", Text("地图", "Map"), "layers", order=40),
    NavItem("portal", "/x/report/", Text("上报", "Report"), "camera", order=5),
    NavItem("portal", "/x/near/", Text("附近", "Near"), "map-pin", order=20),
    NavItem("desk", "/desk/x/", Text("案卷", "Cases"), "list", "case.view"),
    NavItem("desk", "/desk/x/rules/", Text("规则", "Rules"), "paper", "rules.edit"),
)


@pytest.fixture(autouse=True)
def one_system(monkeypatch):
    class Found:
        def nav(self, shell):
            return [item for item in ITEMS if item.shell == shell]

    monkeypatch.setattr(shells, "registry", Found)


@pytest.fixture
def shell(rf):
    def made(path="/", user=None, **cookies):
        request = rf.get(path)
        request.user = user or AnonymousUser()
        request.COOKIES.update(cookies)
        return shells.Shell(request)

    return made


def urls(entries):
    return [entry.url for entry in entries]


@pytest.mark.django_db
class TestNavigation:
    def test_is_in_order_and_filtered_by_permission(self, shell, staff):
        assert urls(shell("/").portal) == ["/", "/x/report/", "/x/near/", "/x/map/"]
        assert urls(shell("/desk/").desk) == ["/desk/"]
        assert "/desk/x/rules/" in urls(shell("/desk/", staff).desk)

    def test_a_post_opens_what_its_role_may(self, shell):
        from jiedao.people.models import Post, User

        user = User.objects.create_user("collector")
        Post.objects.create(user=user, role="collector")
        assert urls(shell("/desk/", user).desk) == ["/desk/", "/desk/x/"]
        assert urls(shell("/desk/", user).workplaces) == ["/desk/", "/field/", "/"]

    @pytest.mark.parametrize(
        ("path", "current"),
        [
            ("/desk/", "/desk/"),
            ("/desk/x/17/", "/desk/x/"),
            ("/desk/x/rules/3", "/desk/x/rules/"),
            ("/desk/other", "/desk/"),
        ],
    )
    def test_the_longest_address_is_current(self, shell, staff, path, current):
        assert [e.url for e in shell(path, staff).desk if e.current] == [current]

    def test_home_is_current_only_at_home(self, shell):
        assert not any(e.current for e in shell("/about/").portal)

    def test_report_button_tabs_and_tiles(self, shell):
        portal = shell("/")
        assert portal.report.url == "/x/report/"
        assert urls(portal.services) == ["/x/near/", "/x/map/"]
        assert urls(portal.portal_tabs) == ["/", "/x/report/", "/x/near/", "/services/", "/me/"]

    def test_the_home_page_shows_them(self, client):
        page = client.get("/").text
        assert '<a class="sign" href="/x/report/">' in page
        assert 'href="/x/map/"' in page


@pytest.mark.django_db
def test_unread_messages_are_counted_once(shell, staff, django_assert_num_queries):
    from jiedao.cases.models import Notice

    Notice.objects.create(user=staff, template="x")
    Notice.objects.create(user=staff, template="x", channel="email")
    found = shell("/", staff)
    with django_assert_num_queries(1):
        assert (found.unread, found.unread) == (1, 1)
    with django_assert_num_queries(0):
        assert shell("/").unread == 0


@pytest.mark.parametrize(
    ("theme", "media"), [("auto", "(prefers-color-scheme: dark)"), ("dark", "all"), ("light", "not all")]
)
def test_the_dark_sheet_follows_the_choice(shell, theme, media):
    assert shell(jiedao_theme=theme).dark_media == media


def test_core_entries_are_added_once():
    item = NavItem("board", "/board/x/", Text("甲", "A"))
    before = shells.CORE["board"]
    try:
        shells.add_core(item)
        shells.add_core(item)
        assert shells.CORE["board"] == (*before, item)
    finally:
        shells.CORE["board"] = before
