"""What collectors and handlers of the demo city photograph: small drawn scenes, before the work and after it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from jiedao.demo.canvas import CURB, GROUND, LIT, Canvas

Scene = Callable[[Canvas, bool], None]
PAPERS = ("#f6f3ea", "#f2e3a4", "#e8b7a6", "#cfe0d2", "#f4f0e0")
BAGS = ("#4b565a", "#e9e4d8", "#8fa3a0", "#b9a58a", "#5f6f8a")
SAND, WATER, DUST = "#cbb48a", "#9db7c4", "#cdbb9a"


def _ads(c: Canvas, done: bool) -> None:
    c.wall()
    for _ in range(4 if done else 26):
        x, y = c.random.uniform(60, 700), c.random.uniform(70, 390)
        w, h = c.random.uniform(44, 92), c.random.uniform(54, 110)
        if done:
            c.box(x, y, w, h, "#ece6da", 4)
            continue
        c.turned(x, y, w, h, c.random.uniform(-9, 9), c.random.choice(PAPERS))
        for k in range(3):
            c.line((x - w / 3, y - h / 5 + k * 15), (x + w / 3, y - h / 5 + k * 15), fill="#8c8577", width=3)


def _bin(c: Canvas, x: float, colour: str) -> None:
    c.box(x, 418, 84, 108, colour, 8)
    c.box(x - 5, 406, 94, 18, "dark", 6)
    c.oval(x + 8, 520, 18, 18, "dark")
    c.oval(x + 58, 520, 18, 18, "dark")


def _litter(c: Canvas, done: bool) -> None:
    c.street()
    for left, colour in ((300, "#5d7f6a"), (404, "#5a7690"), (508, "#8a6a5c")):
        _bin(c, left, colour)
    for _ in range(0 if done else 20):
        x, y, r = c.random.uniform(210, 660), c.random.uniform(488, 540), c.random.uniform(12, 34)
        c.oval(x - r, y - r, r * 2, r * 1.7, c.random.choice(BAGS))
    for left in () if done else (318, 352, 430, 462, 530):
        c.oval(left, 374, 50, 44, c.random.choice(BAGS))


def _lamp(c: Canvas, done: bool) -> None:
    c.street()
    for x in (210, 560):
        lit = done or x == 560
        if lit:
            c.glow(x + 66, 190, 150, LIT, 120)
            c.shape((x + 50, 190), (x + 84, 190), (x + 200, 560), (x - 60, 560), fill="#f3d58a30")
        c.line((x, 560), (x, 150), (x + 76, 150), fill="#8b949c", width=9)
        c.box(x + 44, 148, 48, 16, LIT if lit else "#14181c", 6)


def _pothole(c: Canvas, done: bool) -> None:
    c.street()
    if done:
        c.shape((330, 600), (560, 596), (600, 690), (310, 694), fill="#6a6e71")
        return
    points = [(330, 640), (390, 606), (470, 614), (545, 600), (590, 646), (520, 690), (420, 680), (352, 690)]
    c.shape(*points, fill="#55585a")
    c.shape(*[(460 + (x - 460) * 0.72, 650 + (y - 650) * 0.66) for x, y in points], fill="#474a4c")
    c.oval(400, 640, 110, 28, "#8fa6b0")
    for a, b in (((330, 640), (270, 622)), ((590, 646), (668, 668)), ((470, 614), (488, 584))):
        c.line(a, b, fill="#55585a", width=4)


def _bike(c: Canvas, x: float, y: float, colour: str, lean: float = 0) -> None:
    for dx in (-34, 34):
        c.ring(x + dx, y, 24, "dark", 4)
    top = y - 38 + lean
    c.line((x - 34, y), (x - 8, top), (x + 22, top + 2), (x + 34, y), fill=colour, width=6)
    c.line((x - 34, y), (x + 4, y), (x + 22, top), fill=colour, width=6)
    c.line((x + 22, top), (x + 18, top - 22), (x + 32, top - 26), width=5)
    c.box(x - 22, top - 12, 26, 7, "dark", 3)


def _bikes(c: Canvas, done: bool) -> None:
    c.street(shop=True)
    c.box(0, 505, 960, 20, "#d9c66f")
    colours = ("#4f86a6", "#d0a84a", "#6a9a76")
    if done:
        c.box(560, 452, 380, 3, "mark")
        for k in range(7):
            _bike(c, 600 + k * 48, 486, colours[k % 3])
        return
    for _ in range(15):
        x, y = c.random.uniform(120, 840), c.random.uniform(486, 556)
        _bike(c, x, y, c.random.choice(colours), c.random.uniform(-4, 16))


def _stall(c: Canvas, done: bool) -> None:
    c.street(shop=True)
    if done:
        return
    c.shape((250, 350), (690, 350), (730, 392), (210, 392), fill="#b5675a")
    for x in (226, 714):
        c.line((x, 392), (x, 540), fill="curb", width=6)
    for k in range(5):
        c.box(240 + k * 94, 470, 84, 62, "#a98660", 4)
        for n in range(6):
            c.oval(246 + k * 94 + n % 3 * 24, 450 + n // 3 * 14, 24, 24, ("#c9593f", "#d9a441", "#7f9a53")[k % 3])


def _wire(c: Canvas, done: bool) -> None:
    c.box(0, 0, 960, GROUND, "wall")
    for row in range(4):
        for column in range(6):
            c.box(60 + column * 150, 26 + row * 100, 84, 70, "frame")
            c.box(66 + column * 150, 32 + row * 100, 72, 58, "window")
    c.box(0, GROUND, 960, 280, "pavement")
    if not done:
        c.line((246, 290), (262, 380), (330, 470), (392, 520), fill="#8a3d34", width=5)
        c.box(372, 512, 40, 18, "frame", 3)
    c.box(560, 300, 300, 14, "#7f93a8")
    for x in (576, 840):
        c.line((x, 314), (x, 560), fill="#7f93a8", width=7)
    for k in range(4 if done else 2):
        _bike(c, 630 + k * 62, 548, "#5a7690")
    if not done:
        _bike(c, 440, 548, "#8a6a5c")


def _dust(c: Canvas, done: bool) -> None:
    c.street()
    c.box(0, 330, 960, 112, "#7e9a8c")
    for k in range(9):
        c.line((k * 120, 330), (k * 120, 442), fill="#6b8779", width=3)
    c.line((700, 330), (700, 40), (440, 70), fill="#c79b45", width=9)
    c.shape((80, 442), (220, 300), (390, 442), fill=SAND)
    if done:
        c.shape((80, 442), (220, 300), (390, 442), fill="#6f8d66")
        c.line((420, 442), (360, 350), (300, 330), fill="#d7e4ea", width=4)
        return
    for _ in range(7):
        c.glow(c.random.uniform(120, 620), c.random.uniform(250, 480), c.random.uniform(60, 120), DUST, 140)


def _manhole(c: Canvas, done: bool) -> None:
    c.street()
    c.oval(380, 606, 190, 76, "#3a3e40")
    if done:
        c.oval(388, 610, 174, 66, "#5d6264")
        for k in range(5):
            c.line((410 + k * 32, 632), (424 + k * 32, 654), fill="#4b5052", width=5)
        return
    c.shape((396, 640), (548, 596), (590, 620), (440, 672), fill="#5d6264")
    for x in (300, 650):
        c.shape((x, 680), (x + 24, 590), (x + 48, 680), fill="#c8693f")
        c.box(x + 10, 630, 28, 12, "mark")


def _flood(c: Canvas, done: bool) -> None:
    c.street()
    c.box(560, CURB + 12, 84, 22, "#3a3e40")
    if done:
        return
    c.oval(60, 560, 860, 190, WATER)
    for _ in range(9):
        x, y = c.random.uniform(140, 760), c.random.uniform(600, 690)
        c.line((x, y), (x + 70, y), fill="#c5d6de", width=4)


def _tree(c: Canvas, done: bool) -> None:
    c.street()
    c.tree(260)
    c.tree(690)
    if done:
        return
    c.line((520, 560), (640, 600), (800, 580), fill="trunk", width=16)
    for x, y, r in ((740, 570, 48), (800, 590, 58), (850, 560, 40)):
        c.oval(x - r, y - r, r * 2, r * 1.5, "#6f8a5c")


def _junk(c: Canvas, done: bool) -> None:
    c.street()
    if done:
        return
    c.box(230, 450, 300, 60, "#8d6f7a", 16)
    c.box(220, 490, 320, 50, "#7c606b", 14)
    c.shape((560, 540), (660, 440), (790, 540), fill=SAND)
    for k in range(9):
        c.box(800 + k % 3 * 38, 520 - k // 3 * 22, 34, 18, "#a5614b")


def _plain(c: Canvas, done: bool) -> None:
    c.street()
    c.tree(180)
    c.tree(800)
    if not done:
        for _ in range(34):
            x, y = c.random.uniform(80, 900), c.random.uniform(GROUND + 20, CURB + 40)
            c.turned(x, y, 14, 9, c.random.uniform(0, 90), c.random.choice((*PAPERS, "#9a7b4f")))


SCENES: dict[str, Scene] = {
    "ads": _ads, "litter": _litter, "lamp": _lamp, "pothole": _pothole, "bikes": _bikes, "stall": _stall,
    "wire": _wire, "dust": _dust, "manhole": _manhole, "flood": _flood, "tree": _tree, "junk": _junk, "plain": _plain,
}  # fmt: skip
AT_NIGHT = frozenset({"lamp"})


@lru_cache(maxsize=64)
def draw(scene: str, done: bool, variant: int = 0) -> bytes:
    """A JPEG of 960 × 720; the same street before and after."""
    canvas = Canvas(variant * 31 + len(scene), night=scene in AT_NIGHT)
    SCENES[scene](canvas, done)
    return canvas.jpeg()
