"""A flat street to draw on: sky, houses, pavement and road, in the calm colours of the pages. Units are 1/960 width."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 960, 720
SCALE = 2
"""Drawn larger and scaled down, so that edges are smooth."""
GROUND, CURB = 440, 565
DAY = {
    "sky": "#dfe8ea", "far": "#c9d5d6", "wall": "#e7dfd0", "wall2": "#d5c9b6", "window": "#9fb3b8", "frame": "#f4efe6",
    "pavement": "#c9c5bb", "joint": "#bab5a9", "curb": "#a9a59b", "road": "#7e8285", "mark": "#e9e6dc",
    "leaf": "#7f9a6b", "trunk": "#7d6650", "dark": "#3d4447",
}  # fmt: skip
NIGHT = DAY | {
    "sky": "#1d2836", "far": "#263345", "wall": "#3b4452", "wall2": "#333c4a", "window": "#2a3442", "frame": "#4a5462",
    "pavement": "#3f4751", "joint": "#38404a", "curb": "#353c45", "road": "#2a3037", "mark": "#59626b",
    "leaf": "#34463c", "trunk": "#2f2f33", "dark": "#14181c",
}  # fmt: skip
LIT = "#f3d58a"
Point = tuple[float, float]


class Canvas:
    """Shapes in units of a 960 × 720 picture; `random` places what lies about."""

    def __init__(self, seed: int, night: bool = False) -> None:
        self.random = random.Random(seed)
        self.colour = NIGHT if night else DAY
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), self.colour["sky"])
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    def paint(self, name: str) -> str:
        return self.colour.get(name, name)

    def box(self, x: float, y: float, w: float, h: float, fill: str, round_: float = 0) -> None:
        corners = [x * SCALE, y * SCALE, (x + w) * SCALE, (y + h) * SCALE]
        self.pen.rounded_rectangle(corners, round_ * SCALE, self.paint(fill))

    def oval(self, x: float, y: float, w: float, h: float, fill: str) -> None:
        self.pen.ellipse([x * SCALE, y * SCALE, (x + w) * SCALE, (y + h) * SCALE], self.paint(fill))

    def ring(self, x: float, y: float, radius: float, fill: str, width: float = 4) -> None:
        corners = [(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE]
        self.pen.ellipse(corners, outline=self.paint(fill), width=round(width * SCALE))

    def line(self, *points: Point, fill: str = "dark", width: float = 4) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.pen.line(scaled, self.paint(fill), round(width * SCALE), joint="curve")

    def shape(self, *points: Point, fill: str) -> None:
        self.pen.polygon([(x * SCALE, y * SCALE) for x, y in points], self.paint(fill))

    def turned(self, x: float, y: float, w: float, h: float, degrees: float, fill: str) -> None:
        """A rectangle around its middle (x, y), turned."""
        sheet = Image.new("RGBA", (round(w * SCALE), round(h * SCALE)), self.paint(fill))
        sheet = sheet.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
        self.image.paste(sheet, (round(x * SCALE - sheet.width / 2), round(y * SCALE - sheet.height / 2)), sheet)

    def glow(self, x: float, y: float, radius: float, fill: str, strength: int = 150) -> None:
        """A soft disc of light or dust."""
        mask = Image.new("L", self.image.size, 0)
        corners = [(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE]
        ImageDraw.Draw(mask).ellipse(corners, strength)
        mask = mask.filter(ImageFilter.GaussianBlur(radius * SCALE / 3))
        self.image.paste(Image.new("RGB", self.image.size, fill), (0, 0), mask)

    def street(self, shop: bool = False) -> None:
        """Houses behind a pavement with a curb, and the road in front."""
        for k in range(7):
            high = 60 + self.random.random() * 110
            self.box(k * 145 - 20, 250 - high, 120, high + 40, "far")
        x = -30.0
        while x < WIDTH:
            wide = 230 + self.random.random() * 90
            self._house(x, 110 + self.random.random() * 60, wide, self.random.choice(("wall", "wall2")), shop)
            x += wide + 6
        self.box(0, GROUND, WIDTH, CURB - GROUND, "pavement")
        for k in range(13):
            self.line((k * 82, GROUND), (k * 82 - 46, CURB), fill="joint", width=1.5)
        self.line((0, 497), (WIDTH, 497), fill="joint", width=1.5)
        self.box(0, CURB, WIDTH, 12, "curb")
        self.box(0, CURB + 12, WIDTH, HEIGHT - CURB, "road")
        for k in range(5):
            self.box(k * 230 + 20, 655, 130, 9, "mark")

    def _house(self, x: float, top: float, wide: float, wall: str, shop: bool) -> None:
        self.box(x, top, wide, GROUND - top, wall)
        floor = 330 if shop else GROUND - 20
        for row in range(int((floor - top - 24) // 74)):
            for column in range(int(wide // 74)):
                left, high = x + 22 + column * 72, top + 24 + row * 74
                self.box(left - 3, high - 3, 46, 52, "frame")
                self.box(left, high, 40, 46, "window")
        if shop:
            self.box(x + 14, 345, wide - 28, 26, self.random.choice(("#8a9f8c", "#b98d6a", "#7f93a8")))
            self.box(x + 22, 375, wide - 44, GROUND - 375, "window")

    def wall(self) -> None:
        """A plain wall close by, over the pavement."""
        self.box(0, 0, WIDTH, GROUND + 60, "wall")
        self.box(0, GROUND - 14, WIDTH, 74, "wall2")
        self.box(0, GROUND + 60, WIDTH, HEIGHT, "pavement")
        for k in range(10):
            self.line((k * 120, GROUND + 60), (k * 150 - 150, HEIGHT), fill="joint", width=2)
        self.box(760, 60, 34, 430, "curb", 6)

    def tree(self, x: float, height: float = 260, crown: float = 74) -> None:
        top = CURB - 40 - height
        self.box(x - 8, top + crown, 16, height - crown, "trunk")
        for dx, dy, r in ((-34, 20, 0.7), (34, 22, 0.68), (0, 0, 0.9)):
            radius = crown * r
            self.oval(x + dx - radius, top + dy - radius + 30, radius * 2, radius * 2, "leaf")

    def jpeg(self) -> bytes:
        """The picture, marked as one of the demo."""
        small = self.image.reduce(SCALE)
        pen = ImageDraw.Draw(small, "RGBA")
        pen.rounded_rectangle([WIDTH - 118, HEIGHT - 48, WIDTH - 18, HEIGHT - 16], 6, (255, 255, 255, 210))
        pen.text((WIDTH - 68, HEIGHT - 32), "DEMO", "#3d4447", ImageFont.load_default(20), anchor="mm")
        out = io.BytesIO()
        small.save(out, "JPEG", quality=84)
        return out.getvalue()
