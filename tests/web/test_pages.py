"""The house's own pages: in both languages, safe, self-contained, with the headers that keep them so."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from jiedao.web.shell import Shell

OPEN = ("/", "/services/", "/find/", "/about/", "/privacy/", "/styleguide/", "/field/offline/")
STAFF = ("/field/", "/desk/", "/plans/", "/board/")
LANGUAGES = (("zh-hans", "zh-Hans"), ("en", "en"))
pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client, staff):
    client.force_login(staff)
    return client


@pytest.mark.parametrize(("language", "tag"), LANGUAGES)
@pytest.mark.parametrize("path", OPEN + STAFF)
def test_every_page_answers_in_both_languages(chief, path, language, tag):
    chief.cookies["django_language"] = language
    answer = chief.get(path)
    assert answer.status_code == 200
    assert f'<html lang="{tag}"' in answer.text
    assert answer.text.count("<h1") == 1


def test_plans_without_pages_say_so_and_lead_on(chief, monkeypatch):
    monkeypatch.setattr(Shell, "plans", [])
    page = chief.get("/plans/").text.split("<main")[1]
    assert "规划还没有页面" in page and 'href="/board/"' in page


@pytest.mark.parametrize("path", OPEN)
def test_an_english_page_has_no_chinese_but_names(client, path):
    """Style guide apart, whose samples show Chinese type."""
    client.cookies["django_language"] = "en"
    if path != "/styleguide/":
        text = re.sub(r'lang="zh-Hans".*?</button>', "", client.get(path).text, flags=re.S)
        assert re.findall(r"[\u4e00-\u9fff]+", text) == []


@pytest.mark.parametrize("path", OPEN + STAFF)
def test_pages_are_self_contained(chief, path):
    """Nothing from elsewhere, no inline script or style: what the policy says, the pages keep."""
    answer = chief.get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert re.findall(r'(?:src|href)="(?:https?:)?//(?!www\.openstreetmap\.org/copyright)[^"]*"', answer.text) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=", answer.text) == []


@pytest.mark.parametrize("path", STAFF)
def test_workplaces_are_for_staff(client, path):
    assert client.get(path)["Location"].startswith("/sign-in/?next=")


def test_a_resident_is_told_why_not(client):
    from jiedao.people.models import User

    client.force_login(User.objects.create_user("resident"))
    answer = client.get("/desk/")
    assert answer.status_code == 403
    assert "<h1>" in answer.text


class TestLanguage:
    def test_is_kept_and_goes_back(self, client):
        answer = client.post("/language/", {"language": "en", "next": "/about/?x=1"})
        assert (answer.status_code, answer["Location"]) == (302, "/about/?x=1")
        assert '<html lang="en"' in client.get("/").text

    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
    )
    def test_never_leads_elsewhere(self, client, elsewhere):
        assert client.post("/language/", {"language": "en", "next": elsewhere})["Location"] == "/"

    def test_an_unknown_one_changes_nothing(self, client):
        client.post("/language/", {"language": "xx", "next": "/"})
        assert "django_language" not in client.cookies

    def test_needs_a_post_from_our_own_pages(self):
        assert Client(enforce_csrf_checks=True).post("/language/", {"language": "en"}).status_code == 403
        assert Client().get("/language/").status_code == 405


class TestDisplay:
    def test_theme_and_size_are_kept(self, client):
        client.post("/display/", {"theme": "dark", "next": "/"})
        client.post("/display/", {"size": "large", "next": "/"})
        page = client.get("/").text
        assert 'data-theme="dark" data-size="large"' in page
        assert 'tokens-dark.css" media="all"' in page

    def test_a_forged_cookie_is_ignored(self, client):
        client.cookies["jiedao_theme"], client.cookies["jiedao_size"] = '"><script>', "huge"
        assert 'data-theme="auto" data-size="normal"' in client.get("/").text

    def test_size_follows_the_person(self, client):
        from jiedao.people.models import Person, User

        person = Person.objects.create(name="王某")
        client.force_login(User.objects.create_user("wang", person=person))
        client.post("/display/", {"size": "large", "next": "/"})
        person.refresh_from_db()
        assert person.large_type
        del client.cookies["jiedao_size"]
        assert 'data-size="large"' in client.get("/").text


class TestErrors:
    @pytest.mark.parametrize(("language", "said"), [("zh-hans", "没有这一页"), ("en", "There is no such page")])
    def test_missing(self, client, language, said):
        client.cookies["django_language"] = language
        answer = client.get("/nowhere/")
        assert answer.status_code == 404
        assert said in answer.text
        assert 'href="/"' in answer.text

    def test_forged_form(self):
        answer = Client(enforce_csrf_checks=True).post("/display/", {"theme": "dark"})
        assert answer.status_code == 403
        assert "请刷新页面" in answer.text

    @pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 429])
    def test_each_has_a_sentence_and_a_next_step(self, rf, status):
        from jiedao.web.errors import answer

        for language in ("zh-hans", "en"):
            from django.utils import translation

            request = rf.get("/x")
            request._messages = ()
            with translation.override(language):
                said = answer(request, status)
            assert said.status_code == status
            assert 'href="/"' in said.text

    def test_a_refusal_names_what_would_be_right(self, rf):
        from jiedao.errors import Conflict
        from jiedao.text import Text
        from jiedao.web.errors import RefusedMiddleware

        request = rf.get("/desk/x")
        request.htmx = True
        refused = Conflict(Text("已被<b>改</b>", "changed"), expected=Text("新版本", "the new version"))
        answer = RefusedMiddleware(lambda r: None).process_exception(request, refused)
        assert answer.status_code == 409
        assert answer["HX-Retarget"] == "#toasts"
        assert "<b>" not in answer.text

    def test_the_api_keeps_its_own_form(self, rf):
        from jiedao.errors import Missing
        from jiedao.text import Text
        from jiedao.web.errors import RefusedMiddleware

        assert (
            RefusedMiddleware(lambda r: None).process_exception(rf.get("/api/x"), Missing(Text("无", "none"))) is None
        )

    def test_500_needs_no_database(self, rf, django_assert_num_queries):
        from jiedao.web.errors import failed

        with django_assert_num_queries(0):
            answer = failed(rf.get("/"))
        assert answer.status_code == 500
        assert "12345" in answer.text
        assert "Home" in answer.text


def test_home_costs_few_queries(client, django_assert_max_num_queries):
    client.get("/")
    with django_assert_max_num_queries(4):
        client.get("/")


class TestFind:
    def test_finds_and_escapes(self, client):
        from jiedao.city import stamps
        from jiedao.city.models import Area

        stamps.bump("areas")
        Area.objects.create(code="4302", level="city", name="株洲市", search="株洲市")
        answer = client.get("/find/", {"q": "株洲"})
        assert "株洲市" in answer.text
        assert "430200000000" in answer.text

    @pytest.mark.parametrize("q", ["<script>x</script>", "\0", "a" * 5000, "\u202egnp.exe"])
    def test_bad_words_are_harmless(self, client, q):
        answer = client.get("/find/", {"q": q})
        assert answer.status_code == 200
        assert "<script>x" not in answer.text


def test_the_service_worker_serves_from_the_root(client):
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer.text.startswith('const ASSETS = ["')
    for asset in re.findall(r'"(/static/[^"]+)"', answer.text.splitlines()[0]):
        assert client.get(asset).status_code == 200, asset
