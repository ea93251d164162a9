"""The tag library: both languages, and nothing of a user's text as markup."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from jiedao.errors import Invalid
from jiedao.text import Text

EVIL = '<img src=x onerror="alert(1)">'
EVIL_IN = "<img"


def test_t_speaks_the_readers_language(draw):
    assert draw('{% t "提交" "Submit" %}') == "提交"
    assert draw('{% t "提交" "Submit" %}', "en") == "Submit"


def test_t_escapes_what_is_filled_in(draw):
    assert EVIL_IN not in draw('{% t "您好 {who}" "Hello {who}" who=who %}', who=EVIL)


def test_when(draw):
    moment = datetime(2024, 6, 17, 19, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert ">2024年6月17日 周一 19:00</time>" in draw("{% when m %}", m=moment)
    assert ">Mon 17 June 2024, 19:00</time>" in draw("{% when m %}", "en", m=moment)
    assert 'datetime="2024-06-17"' in draw("{% when m %}", m=date(2024, 6, 17))
    assert "–" in draw("{% when m %}", m=None)


def test_left_has_a_word_and_a_shape(draw):
    said = draw("{% left d %}", d=timezone.now() - timedelta(hours=2, minutes=5))
    assert "已超时 2 小时 5 分" in said
    assert "#octagon" in said
    assert "chip-red" in said


@pytest.mark.parametrize("level", ["red", "orange", "yellow", "blue"])
def test_risk_levels_differ_in_shape(draw, level):
    from jiedao.web.parts import RISKS

    assert len({shape for shape, _ in RISKS.values()}) == len(RISKS)
    assert f"#{RISKS[level][0]}" in draw("{% risk level %}", level=level)


@pytest.mark.parametrize(("fen", "said"), [(123450, "¥1,234.50"), (5, "¥0.05"), (-250, "-¥2.50"), (None, "–")])
def test_money(draw, fen, said):
    assert draw("{% money fen %}", fen=fen) == said


def test_qs_changes_and_drops(draw):
    assert draw('{% qs state="open" %}', path="/x?area=4302&after=99") == "?area=4302&amp;state=open"
    assert draw('{% qs area="" %}', path="/x?area=4302&q=%22%3E") == "?q=%22%3E"


def test_field_says_what_would_be_right(draw):
    wrong = Invalid(Text("太长", "Too long"), expected=Text("至多 120 字", "at most 120 characters"))
    said = draw(
        '{% field "title" "标题"|en:"Title" value=v error=e required=True help="短些" %}', "en", v=EVIL, e=wrong
    )
    assert EVIL_IN not in said
    assert 'aria-invalid="true"' in said
    assert "Too long" in said
    assert "Expected: at most 120 characters" in said
    assert 'aria-describedby="f-title-help f-title-wrong"' in said
    assert 'for="f-title"' in said


@pytest.mark.parametrize(
    "kind", ["text", "textarea", "select", "radio", "checkboxes", "checkbox", "hidden", "number", "date"]
)
def test_every_type_of_field_escapes(draw, kind):
    said = draw(
        '{% field "a" l type=kind value=v options=o %}', kind=kind, l=EVIL, v=EVIL, o=[(EVIL, EVIL), ("1", "一")]
    )
    assert EVIL_IN not in said
    assert 'name="a"' in said


def test_a_chosen_option_is_chosen(draw):
    options = [(1, "一"), (2, "二")]
    assert '<option value="2" selected>' in draw('{% field "a" "x" type="select" options=o value=2 %}', o=options)
    assert draw('{% field "a" "x" type="checkboxes" options=o value=v %}', o=options, v=[1, 2]).count(" checked") == 2


def test_button_is_a_link_a_submit_or_opens_a_dialog(draw):
    assert draw('{% button "去"|en:"Go" href="/x" %}', "en").startswith("<a ")
    assert 'type="submit"' in draw('{% button "去"|en:"Go" %}')
    opener = draw('{% button "去"|en:"Go" opens="d" %}')
    assert 'type="button"' in opener
    assert 'data-opens="d"' in opener


def test_dialog_wraps_its_content(draw):
    said = draw('{% dialog "d" "题"|en:"Title" %}<p>{{ x }}</p>{% enddialog %}', "en", x=EVIL)
    assert '<dialog id="d" aria-labelledby="d-title">' in said
    assert EVIL_IN not in said
    assert "Title" in said


def test_timeline_marks_now_and_what_is_promised(draw):
    now = timezone.now()
    items = [
        SimpleNamespace(at=now, text=Text("上报", "Reported"), actor=EVIL, current=False, photos=(), note=EVIL),
        SimpleNamespace(at=now, text=Text("处置", "Handled"), actor="", current=True, photos=(), note=""),
    ]
    said = draw("{% timeline items promised=p %}", "en", items=items, p=now + timedelta(days=3))
    assert said.count('aria-current="step"') == 1
    assert "Promised by" in said
    assert EVIL_IN not in said


def test_stat_shows_numbers_and_links_its_evidence(draw):
    said = draw('{% stat "立案"|en:"Filed" n href=to trend=t %}', n=12345, to="/x?a=1&b=2", t=[1, 2, 3])
    assert "12,345" in said
    assert 'href="/x?a=1&amp;b=2"' in said


def test_pager_keeps_filters(draw):
    said = draw('{% pager "k9" 1240 %}', path="/x?area=4302&after=k1")
    assert "?area=4302&amp;after=k9" in said
    assert 'href="?area=4302" rel="first"' in said
    assert "1,240" in said


def test_map_carries_its_configuration_escaped(draw):
    said = draw('{% map "m" label=l points=p pick=True lon=113.1 lat=27.8 %}', l=EVIL, p={"x": EVIL + "'"})
    assert EVIL_IN not in said
    assert 'name="lon" value="113.1"' in said
    assert "<noscript>" in said


def test_rule_names_its_source(draw):
    from jiedao.rules.store import current

    key = next(iter(current().rules))
    row = current().rules[key][0]
    said = draw("{% rule key city=c %}", key=key, c=str(row.scope.get("city", "")))
    assert "<summary>" in said
    assert "出处" in said


def test_icons_exist():
    """Every icon that a template or a manifest names is in the sprite."""
    import re
    from pathlib import Path

    import jiedao.web
    from jiedao.registry import registry
    from jiedao.web.shell import CORE
    from jiedao.web.styleguide import icons

    home = Path(jiedao.web.__file__).parent
    named = {
        name
        for path in home.parent.rglob("templates/**/*.html")
        for name in re.findall(r'{% icon "([a-z-]+)"', path.read_text("utf-8"))
    }
    named |= {item.icon for items in CORE.values() for item in items}
    named |= {item.icon for item in registry().collect("nav")}
    assert named - set(icons()) == set()
