"""What every page's frame needs: language, display choices, navigation, the demo mark, unread messages.

All of it lazy: a page pays for what it shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static

from jiedao.registry import NavItem, registry
from jiedao.text import Text, speaking_english

THEMES = ("auto", "light", "dark")
SIZES = ("normal", "large")

CORE: dict[str, tuple[NavItem, ...]] = {
    "portal": (NavItem("portal", "/", Text("首页", "Home"), "home", order=0),),
    "field": (NavItem("field", "/field/", Text("今天", "Today"), "home", order=0),),
    "desk": (
        NavItem("desk", "/desk/", Text("案卷", "Cases"), "list", order=0),
        NavItem("desk", "/desk/people/", Text("人员与组织", "People and units"), "people", "people.manage", order=90),
    ),
    "plans": (NavItem("plans", "/plans/", Text("全部方案", "All plans"), "home", order=0),),
    "board": (NavItem("board", "/board/", Text("总屏", "Overview"), "board", order=0),),
}
"""The house's own entries, before those of the systems. Pages of the rooms add theirs with `add_core`."""


WORKPLACES = (
    ("/desk/", Text("工作台", "Desk"), ""),
    ("/plans/", Text("方案", "Plans"), "plan.view"),
    ("/board/", Text("大屏", "Board"), "measure.view"),
    ("/field/", Text("外勤", "Field"), ""),
)


def add_core(*items: NavItem) -> None:
    """Add entries of a kernel room; those of a system stand in its manifest. Called at import of the urls."""
    for item in items:
        if item not in CORE[item.shell]:
            CORE[item.shell] = (*CORE[item.shell], item)


@dataclass(frozen=True)
class Entry:
    """One line of the navigation as the template draws it."""

    url: str
    label: Text
    icon: str
    order: int
    current: bool


def entries(shell: str, user: object, path: str) -> list[Entry]:
    """What this user may open in a shell; the entry whose address is the longest prefix of `path` is current."""
    from jiedao.people.access import can

    items = sorted([*CORE.get(shell, ()), *registry().nav(shell)], key=lambda item: item.order)
    allowed = [item for item in items if not item.permission or can(user, item.permission)]
    fits = [item.url for item in allowed if item.url == path or (path.startswith(item.url) and item.url != "/")]
    here = max(fits, key=len, default="")
    return [Entry(i.url, i.label, i.icon, i.order, i.url == here) for i in allowed]


class Shell:
    """`shell` in every template. All attributes are computed at first use."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def lang(self) -> str:
        return "en" if speaking_english() else "zh-Hans"

    @cached_property
    def theme(self) -> str:
        chosen = self.request.COOKIES.get("jiedao_theme", "auto")
        return chosen if chosen in THEMES else "auto"

    @cached_property
    def size(self) -> str:
        chosen = self.request.COOKIES.get("jiedao_size", "")
        if chosen in SIZES:
            return chosen
        person = getattr(self.user, "person", None) if self.signed_in else None
        return "large" if person is not None and person.large_type else "normal"

    @property
    def dark_media(self) -> str:
        """The `media` of the dark stylesheet: which screens it holds for."""
        return {"dark": "all", "light": "not all"}.get(self.theme, "(prefers-color-scheme: dark)")

    @cached_property
    def demo(self) -> bool:
        return settings.OPTIONS.mode == "demo"

    @cached_property
    def city(self) -> Text:
        """The city's name; empty where no areas are loaded yet."""
        from jiedao.web.places import city_name

        return city_name()

    @cached_property
    def osm(self) -> bool:
        """Whether the map shows OpenStreetMap data, which must then be named."""
        from jiedao.web.places import from_osm

        return from_osm()

    @property
    def user(self) -> object:
        return getattr(self.request, "user", None)

    @cached_property
    def signed_in(self) -> bool:
        return bool(getattr(self.user, "is_authenticated", False))

    @cached_property
    def staff(self) -> bool:
        """Whether this person holds a post, and so sees the way to desk and field."""
        from jiedao.people.access import posts

        return self.signed_in and bool(self.user.is_superuser or posts(self.user))  # type: ignore[attr-defined]

    @cached_property
    def unread(self) -> int:
        """In-app messages not read yet; one query, only for somebody signed in."""
        if not self.signed_in:
            return 0
        from jiedao.cases.models import Notice

        return Notice.objects.filter(user=self.user, channel="inapp", read_at=None).count()

    def _nav(self, shell: str) -> list[Entry]:
        return entries(shell, self.user, self.request.path)

    @cached_property
    def portal(self) -> list[Entry]:
        return self._nav("portal")

    @cached_property
    def field(self) -> list[Entry]:
        return self._nav("field")

    @cached_property
    def desk(self) -> list[Entry]:
        return self._nav("desk")

    @cached_property
    def plans(self) -> list[Entry]:
        return self._nav("plans")

    @cached_property
    def board(self) -> list[Entry]:
        return self._nav("board")

    @cached_property
    def report(self) -> Entry | None:
        """The portal's first act: the first entry after home with an order of at most 10."""
        return next((e for e in self.portal if 0 < e.order <= 10), None)

    @property
    def portal_tabs(self) -> list[Entry]:
        """At most five: home, report, two more, and one's own things."""
        first = [e for e in self.portal if e.order == 0 or e is self.report]
        mine = Entry("/me/", Text("我的", "Mine"), "person", 90, self.request.path.startswith(("/me/", "/sign-in/")))
        every = Entry("/services/", Text("服务", "Services"), "list", 80, self.request.path == "/services/")
        shown = [*first, *(e for e in self.services if e.order <= 20)][:3]
        return [*shown, every, mine]

    @property
    def field_tabs(self) -> list[Entry]:
        return self.field[:5]

    @cached_property
    def workplaces(self) -> list[Entry]:
        """Desk, field, plans and board, as far as this person may open them; then the portal."""
        from jiedao.people.access import can

        path, found = self.request.path, []
        for url, label, permission in WORKPLACES:
            if self.staff and (not permission or can(self.user, permission)):
                found.append(Entry(url, label, "", 0, path.startswith(url)))
        return [*found, Entry("/", Text("市民门户", "Portal"), "", 0, False)]

    @property
    def services(self) -> list[Entry]:
        """The portal's entries without home and the report button."""
        return [e for e in self.portal if e.order > 0 and e is not self.report]

    @property
    def sprite(self) -> str:
        return static("jiedao/icons.svg")
