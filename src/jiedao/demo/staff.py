"""Units, posts and responsibilities of the demo city, and one sign-in a role. Nobody here is a real person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction

from jiedao.city.models import Area, Land
from jiedao.city.names import split
from jiedao.people import roles, stamp, vault
from jiedao.people.models import Person, Post, Responsibility, Unit, User

PASSWORD = "jiedao-demo"  # noqa: S105 - printed for everyone; demo mode only
PHONE = "1991{:07d}"
"""Numbers of no operator's present range; they ring nowhere."""
CELLS_A_COLLECTOR = 6
MOST_RESIDENTS = 20_000
BATCH = 1000

DEPARTMENTS: dict[str, tuple[str, str]] = {
    "enforcement": ("城市管理和综合执法局", "Urban Management and Enforcement"),
    "cleansing": ("环境卫生服务中心", "Cleansing Services"),
    "greening": ("园林绿化服务中心", "Greening Services"),
    "parks": ("公园管理所", "Parks Office"),
    "roads": ("市政设施维护中心", "Roads Maintenance"),
    "drainage": ("排水管理所", "Drainage Office"),
    "lighting": ("路灯管理所", "Street Lighting Office"),
    "traffic": ("交通设施管理大队", "Traffic Facilities"),
    "rivers": ("河湖管护中心", "Rivers and Lakes"),
    "construction": ("建设工程监督站", "Building Sites Inspectorate"),
    "housing": ("房屋安全中心", "Housing Safety"),
    "market": ("市场服务中心", "Markets Office"),
    "property": ("物业管理办公室", "Property Management Office"),
    "water": ("供水服务公司", "Water Supply"),
    "gas": ("燃气服务公司", "Gas Supply"),
    "heat": ("供热服务公司", "District Heating"),
    "power": ("供电服务中心", "Power Supply"),
    "telecom": ("通信设施服务中心", "Telecom Facilities"),
}
"""Which department of a district answers for which duty."""
CENTRE = "CENTRE"
ROLES = (
    ("acceptor", "受理员"),
    ("dispatcher", "派遣员"),
    ("shift_leader", "值班长"),
    ("supervisor", "督查员"),
    ("planner", "规划员"),
    ("leader", "领导"),
    ("clerk", "窗口人员"),
    ("operator", "充电运营员"),
    ("admin", "管理员"),
)


@dataclass
class Staff:
    """Who does the city's work, for those who tell its past; and the sign-ins to print."""

    units: dict[tuple[str, str], int] = field(default_factory=dict)
    """(district, duty) → unit."""
    residents: list[int] = field(default_factory=list)
    """Persons."""
    sign_ins: list[dict[str, str]] = field(default_factory=list)
    by_role: dict[str, User] = field(default_factory=dict)
    by_unit: dict[int, tuple[User, User]] = field(default_factory=dict)
    by_community: dict[str, User] = field(default_factory=dict)

    def desk(self, role: str) -> User:
        return self.by_role[role]

    def boss(self, unit: int) -> User:
        return self.by_unit[unit][0]

    def handler(self, unit: int) -> User:
        return self.by_unit[unit][1]

    def collector(self, community: str) -> User:
        return self.by_community[community]


class Builder:
    """Users are made in memory and stored at once at the end."""

    def __init__(self, population: int, now: datetime) -> None:
        self.population, self.since = population, now - timedelta(days=400)
        self.staff = Staff()
        self.password = make_password(PASSWORD)
        self.users: list[User] = []
        self.posts: list[Post] = []
        self.departments: dict[str, tuple[Unit, User, User]] = {}

    @transaction.atomic
    def build(self) -> Staff:
        self._centre()
        for district in Area.objects.filter(level=Area.Level.DISTRICT).order_by("code"):
            self._departments(district)
        self._store_departments()
        self._party_tiers()
        self._collectors()
        self._named()
        self._store_users()
        self._residents()
        stamp.touch()
        return self.staff

    def _user(self, username: str, label: str, role: str = "", unit: Unit | None = None, area: str = "") -> User:
        """A sign-in with an invented person behind it, and a post if it has a role."""
        phone = PHONE.format(len(self.users) + 1)
        person = Person(
            name=label,
            community=area if len(area) == 12 else "",
            phone_sealed=vault.seal(phone, "phone"),
            phone_key=vault.key(phone, "phone"),
        )
        user = User(username=username, person=person, password=self.password, demo=True)
        self.users.append(user)
        if role:
            self.posts.append(Post(user=user, role=role, unit=unit, area=area, valid_from=self.since.date()))
        return user

    def _store_users(self) -> None:
        Person.objects.bulk_create([user.person for user in self.users], BATCH)
        for user in self.users:
            user.person_id = user.person.pk
        User.objects.bulk_create(self.users, BATCH)
        for post in self.posts:
            post.user_id = post.user.pk
        Post.objects.bulk_create(self.posts, BATCH)
        for unit, boss, hand in self.departments.values():
            self.staff.units[unit.area, unit.duty] = unit.pk
            self.staff.by_unit[unit.pk] = (boss, hand)

    def _residents(self) -> None:
        """A sample of residents who have told the city something."""
        codes = Area.objects.filter(level=Area.Level.COMMUNITY).order_by("code").values_list("code", flat=True)
        codes = list(codes)
        count = min(MOST_RESIDENTS, max(20, self.population // 100))
        people = [
            Person(name=f"居民{n:04d}号", community=codes[n % len(codes)], created_at=self.since)
            for n in range(1, count + 1)
        ]
        Person.objects.bulk_create(people, BATCH)
        self.staff.residents = [self.staff.by_role["resident"].person.pk, *(person.pk for person in people)]

    def _centre(self) -> None:
        self.centre = Unit.objects.create(
            code=CENTRE,
            name="城市管理监督指挥中心",
            name_en="City Management Command Centre",
            tier=Unit.Tier.GOVERNMENT,
        )
        for role, label in ROLES:
            self.staff.by_role[role] = self._user(role.replace("_", "-"), f"{label}（演示）", role, self.centre)
            self._print(label, role)

    def _departments(self, district: Area) -> None:
        """A department with a team for each duty, and who leads and works there."""
        short = split(district.name_en)[0] or district.name_en
        for duty, (zh, en) in DEPARTMENTS.items():
            unit = Unit(
                code=f"{district.code}-{duty}",
                name=f"{district.name}{zh}",
                name_en=f"{short} {en}",
                tier=Unit.Tier.DEPARTMENT,
                parent=self.centre,
                area=district.code,
                duty=duty,
            )
            boss = self._user(f"{duty}-{district.code}", f"{unit.name}负责人", "department", unit)
            hand = self._user(f"{duty}-{district.code}-1", f"{unit.name}处置员1号", "handler", unit)
            self.departments[unit.code] = (unit, boss, hand)

    def _store_departments(self) -> None:
        units = [unit for unit, _, _ in self.departments.values()]
        Unit.objects.bulk_create(units, BATCH)
        Unit.objects.bulk_create(
            Unit(
                code=f"{unit.code}-1",
                name=f"{unit.name}一班",
                name_en=f"{unit.name_en}, Team 1",
                tier=Unit.Tier.TEAM,
                parent=unit,
                area=unit.area,
                duty=unit.duty,
            )
            for unit in units
        )
        Responsibility.objects.bulk_create(
            Responsibility(kind="city", duty=unit.duty, area=unit.area, unit=unit, valid_from=self.since.date())
            for unit in units
        )

    def _party_tiers(self) -> None:
        """街道大工委 › 社区大党委 › 小区党支部, and the groups of grids; stairwell groups in the named communities."""
        tiers: dict[str, Unit] = {}
        for area in Area.objects.filter(level=Area.Level.SUBDISTRICT).order_by("code"):
            tiers[area.code] = Unit(
                code=f"P{area.code}", name=f"{area.name}大工委", name_en=f"{area.name_en} Committee", area=area.code,
                tier=Unit.Tier.SUBDISTRICT_COMMITTEE,
            )  # fmt: skip
        Unit.objects.bulk_create(tiers.values(), BATCH)
        committees = [
            Unit(
                code=f"P{area.code}", name=f"{area.name}大党委", name_en=f"{area.name_en} Committee", area=area.code,
                tier=Unit.Tier.COMMUNITY_COMMITTEE, parent=tiers[area.parent_id],
            )
            for area in Area.objects.filter(level=Area.Level.COMMUNITY).order_by("code")
        ]  # fmt: skip
        Unit.objects.bulk_create(committees, BATCH)
        by_community = {unit.area: unit for unit in committees}
        Unit.objects.bulk_create(self._branches(by_community), BATCH)
        groups = [
            Unit(
                code=f"P{cell.code}", name=f"{by_community[cell.parent_id].name[:-3]}{cell.name}党小组",
                name_en=f"{cell.name_en} Group", tier=Unit.Tier.GRID_GROUP, area=cell.code,
                parent=by_community[cell.parent_id],
            )
            for cell in Area.objects.filter(level=Area.Level.CELL).order_by("code")
        ]  # fmt: skip
        Unit.objects.bulk_create(groups, BATCH)
        first = groups[:24]
        Unit.objects.bulk_create(
            Unit(
                code=f"{group.code}-{n}", name=f"{group.name[:-3]}{n}号楼道党小组", name_en=f"Stairwell {n} Group",
                tier=Unit.Tier.STAIRWELL_GROUP, area=group.area, parent=group,
            )
            for group in first
            for n in (1, 2, 3)
        )  # fmt: skip

    @staticmethod
    def _branches(by_community: dict[str, Unit]) -> Iterable[Unit]:
        compounds = Land.objects.filter(kind="compound", tags__kind="residential").order_by("ref")
        for land in compounds.only("ref", "name", "name_en").iterator(BATCH):
            number = land.ref.removeprefix("demo/c")
            committee = by_community.get(number[:12])
            if committee and land.name:
                yield Unit(
                    code=f"P{number}", name=f"{land.name}党支部", name_en=f"{land.name_en} Branch", area=committee.area,
                    tier=Unit.Tier.COMPOUND_BRANCH, parent=committee,
                )  # fmt: skip

    def _collectors(self) -> None:
        cells: dict[str, int] = {}
        for parent in Area.objects.filter(level=Area.Level.CELL).values_list("parent_id", flat=True):
            cells[parent] = cells.get(parent, 0) + 1
        for community in Area.objects.filter(level=Area.Level.COMMUNITY).order_by("code"):
            wanted = max(1, round(cells.get(community.code, 0) / CELLS_A_COLLECTOR))
            made = [
                self._user(
                    f"collector-{community.code}-{n}", f"{community.name}采集员{n}号", "collector", area=community.code
                )
                for n in range(1, wanted + 1)
            ]
            self.staff.by_community[community.code] = made[0]

    def _named(self) -> None:
        """Short names for the field and for a resident, so that nobody has to type a code to look around."""
        home = Area.objects.filter(level=Area.Level.COMMUNITY, code__startswith="430202004").order_by("code").first()
        home = home or Area.objects.filter(level=Area.Level.COMMUNITY).order_by("code").first()
        collector = self._user("collector", f"{home.name}采集员（演示）", "collector", area=home.code[:9])
        unit, boss, _ = self.departments[f"{home.code[:6]}-enforcement"]
        self._user("department", f"{unit.name}负责人（演示）", "department", unit)
        hand = self._user("handler", f"{unit.name}处置员（演示）", "handler", unit)
        self.departments[unit.code] = (unit, boss, hand)
        self.staff.by_community[home.code] = collector
        self.staff.by_role["resident"] = self._user("resident", "居民（演示）")
        for role, label in (
            ("collector", "采集员"),
            ("handler", "处置员"),
            ("department", "职能部门"),
            ("resident", "居民"),
        ):
            self._print(label, role)

    def _print(self, label: str, role: str) -> None:
        said = {"role": label, "username": role.replace("_", "-"), "password": PASSWORD}
        self.staff.sign_ins.append({**said, "url": roles.ROLES[role].home})


def build(population: int, now: datetime) -> Staff:
    """Everyone, in one transaction."""
    return Builder(population, now).build()
