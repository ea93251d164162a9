"""Invented, plausible names: streets, compounds, shops. No person's name, no real brand."""

from __future__ import annotations

import random

from .divisions import pinyin
from .lattice import Edge, Lattice

EAST_COLUMNS = "建设 红旗 新华 人民 解放 胜利 团结 劳动 文化 向阳 前进 光明 和平 友谊 跃进 东风 先锋 民主 富强 振兴"
EAST_ROWS = "合泰 钟鼓 车站 芦淞 荷塘 响石 清水 铜霞 桂园 石宋 太阳 枫溪 董家 白石 云霞 井龙 学林 龙泉 明照 金塘"
WEST_COLUMNS = "长江 黄河 珠江 松花江 湘江 汉江 赣江 闽江 嘉陵 漓江 沅江 资江 澧水 洣水 渌江 浏阳河"
WEST_ROWS = "泰山 嵩山 华山 衡山 黄山 庐山 天台 武夷 峨眉 井冈 雪峰 九嶷 罗霄 岳麓 昆仑 祁连 太行 阿里山"
HEADS = "桂荷梅兰竹松柏枫槐樟梧杏桃李柳榆栗茶橘莲"
TAILS = "园林溪塘岭湾坪冲桥井坡屋田圃洲山泉亭港垅"
FAIR = "锦金瑞祥和康安宁福嘉景华丽新阳春翠碧清云"
HOMES = "苑庭居轩园邸里郡府城台阁"
NUMERALS = "一二三四五六七八九十"
WORKS = (
    "机械",
    "电机",
    "轴承",
    "纺织",
    "印刷",
    "农机",
    "仪表",
    "化工",
    "粮食",
    "水泥",
    "木材",
    "汽配",
    "齿轮",
    "砂轮",
    "陶瓷",
    "食品",
)
SHOPS = (
    ("shop=convenience", "便利店", "Convenience Store"),
    ("shop=supermarket", "超市", "Supermarket"),
    ("amenity=restaurant", "湘菜馆", "Hunan Restaurant"),
    ("amenity=fast_food", "米粉店", "Rice Noodle Shop"),
    ("shop=bakery", "烘焙坊", "Bakery"),
    ("amenity=pharmacy", "大药房", "Pharmacy"),
    ("shop=hairdresser", "理发店", "Barber"),
    ("shop=clothes", "服装店", "Clothes Shop"),
    ("shop=hardware", "五金店", "Hardware Store"),
    ("amenity=cafe", "茶馆", "Tea House"),
    ("shop=greengrocer", "果蔬店", "Greengrocer"),
    ("shop=mobile_phone", "手机店", "Phone Shop"),
    ("shop=laundry", "洗衣店", "Laundry"),
    ("amenity=barbecue", "烧烤店", "Barbecue"),
    ("shop=bicycle", "电动车行", "E-bike Shop"),
    ("shop=stationery", "文具店", "Stationer"),
)
COMPASS = {"北": "North", "中": "Middle", "南": "South", "东": "East", "西": "West"}

Name = tuple[str, str]


def _pool(words: str, n: int) -> list[str]:
    """n base names: the words first, then pairs of characters."""
    out = words.split()
    pairs = (a + b for b in TAILS for a in HEADS)
    while len(out) < n:
        out.append(next(pairs))
    return out


def _third(k: float, names: str) -> str:
    return names[0] if k < 1 / 3 else names[2] if k > 2 / 3 else names[1]


class ThroughNames:
    """Names of the lattice's streets: each line one name on each bank, its thirds told apart as in 建设北路."""

    def __init__(self, lattice: Lattice, seed: int) -> None:
        self.lattice = lattice
        lines, rows = lattice.points.shape
        rng = random.Random(seed * 31 + 7)
        pools = {}
        for key, words, n in (
            ("ve", EAST_COLUMNS, lines),
            ("he", EAST_ROWS, rows),
            ("vw", WEST_COLUMNS, lines),
            ("hw", WEST_ROWS, rows),
        ):
            pool = _pool(words, n)
            front, back = pool[: len(words.split())], pool[len(words.split()) :]
            rng.shuffle(back)
            pools[key] = front + back
        self.pools = pools

    def _rank(self, kind: str, k: int) -> int:
        """Wide streets and those near the centre take the best-known names."""
        lat = self.lattice
        classes = lat.column_class if kind == "v" else lat.row_class
        middle = lat.centre_line if kind == "v" else len(classes) // 2
        order = sorted(range(len(classes)), key=lambda i: (classes[i] == "tertiary", abs(i - middle)))
        return order.index(k)

    def of(self, edge: Edge) -> Name:
        kind, c, r = edge
        lat = self.lattice
        west = c < lat.centre_line
        if kind == "v" and abs(c - lat.centre_line) == 1:
            return ("滨江路", "Binjiang Road") if west else ("沿江路", "Yanjiang Road")
        highway = lat.highway(edge)
        lines, rows = lat.points.shape
        share = r / (rows - 1) if kind == "v" else (c - lat.centre_line) / (lines - lat.centre_line)
        if kind == "h" and west:
            share = c / lat.centre_line
        if lat.is_bridge(edge):
            base = self.pools["he"][self._rank("h", r)]
            return f"{base}大桥", f"{pinyin(base)} Bridge"
        if highway == "trunk":
            way = ("西环" if west else "东环") if kind == "v" else ("南环" if r < rows / 2 else "北环")
            return f"{way}大道", f"{COMPASS[way[0]]} Ring Avenue"
        k = c if kind == "v" else r
        base = self.pools[kind + ("w" if west else "e")][self._rank(kind, k)]
        if highway == "tertiary":
            return f"{base}路", f"{pinyin(base)} Road"
        part = _third(share, "南中北" if kind == "v" else "西中东")
        return f"{base}{part}路", f"{pinyin(base)} {COMPASS[part]} Road"


class WardNames:
    """Names inside one community; the offset keeps communities from drawing the same ones."""

    def __init__(self, base: str, index: int, rng: random.Random) -> None:
        self.base, self.rng = base, rng
        self.turn = index * 37
        self.alleys = 0

    def _pair(self, first: str, second: str) -> str:
        self.turn += 1
        k = self.turn * 7
        return first[k % len(first)] + second[(k // len(first) + self.turn) % len(second)]

    def street(self, highway: str) -> Name:
        """Residential streets 街/路, lanes 巷 in numbered families."""
        if highway in ("residential", "tertiary"):
            pair = self._pair(HEADS, TAILS)
            word, en = ("路", "Road") if highway == "tertiary" or self.rng.random() < 0.5 else ("街", "Street")
            return pair + word, f"{pinyin(pair)} {en}"
        k = self.alleys % 10
        if k == 0:
            self.family = self._pair(HEADS, TAILS) if self.alleys else self.base
        self.alleys += 1
        word, en = ("里", "Lane") if highway == "living_street" and self.rng.random() < 0.25 else ("巷", "Alley")
        return f"{self.family}{NUMERALS[k]}{word}", f"{pinyin(self.family)} {en} {k + 1}"

    def compound(self, style: str) -> Name:
        rng = self.rng
        if style == "slab":
            if rng.random() < 0.45:
                works = rng.choice(WORKS)
                k = rng.randint(1, 9)
                return f"{works}厂{NUMERALS[k - 1]}生活区", f"{pinyin(works)} Works Living Quarter {k}"
            pair = self._pair(HEADS, TAILS)
            return f"{pair}小区", f"{pinyin(pair)} Residential Quarter"
        pair = self._pair(FAIR, HEADS) + rng.choice(HOMES)
        return pair, f"{pinyin(pair)} Residences"

    def works(self) -> Name:
        pair, works = self._pair(FAIR, FAIR), self.rng.choice(WORKS)
        return f"{pair}{works}有限公司", f"{pinyin(pair)} {pinyin(works)} Co., Ltd."

    def shop(self) -> tuple[str, str, str]:
        kind, zh, en = SHOPS[int(self.rng.random() ** 1.4 * len(SHOPS))]
        pair = self._pair(FAIR, FAIR + HEADS)
        return kind, pair + zh, f"{pinyin(pair)} {en}"

    def local(self, zh: str, en: str) -> Name:
        return self.base + zh, f"{pinyin(self.base)} {en}"
