"""Photos made safe and small: opened by what they are, turned upright, scaled, written anew without any metadata."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from jiedao.errors import Invalid, Refused, TooLarge
from jiedao.rules.store import value
from jiedao.text import Text

READS = ("JPEG", "PNG", "WEBP")
QUALITY = 85


@dataclass(frozen=True)
class Picture:
    data: bytes
    content_type: str
    width: int
    height: int


def _no_picture() -> Invalid:
    text = Text("这不是能读取的照片。", "This is no photo that can be read.")
    return Invalid(text, field="file", expected=Text("JPEG、PNG 或 WebP", "JPEG, PNG or WebP"))


def _too_large(width: object, height: object) -> TooLarge:
    most = value("cases.photo_pixels")
    text = Text("照片太大：{w}×{h} 像素。", "The photo is too large: {w} × {h} pixels.").format(w=width, h=height)
    return TooLarge(text, field="file", expected=Text(f"不超过 {most} 像素", f"at most {most} pixels"))


def reencode(data: bytes) -> Picture:
    """JPEG (WebP where it has transparency) of at most the stored size; where it was taken and with what is gone.

    Raises Invalid for what is no photo or is cut off, TooLarge for more pixels than the rule allows. The size stands
    in the header and is asked before anything is decoded, so a small file cannot unfold into gigabytes.
    """
    side, most = value("cases.photo_side"), value("cases.photo_pixels")
    try:
        with Image.open(io.BytesIO(data), formats=READS) as image:
            if image.width * image.height > most:
                raise _too_large(image.width, image.height)
            image.draft("RGB", (side, side))
            image.load()
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((side, side), Image.Resampling.LANCZOS)
            return _write(upright)
    except Refused:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large("?", "?") from error
    except Exception as error:  # a decoder fed with hostile bytes raises anything
        raise _no_picture() from error


def _write(image: Image.Image) -> Picture:
    clear = image.has_transparency_data
    plain = image.convert("RGBA" if clear else "RGB")
    plain.info.clear()
    out, form = io.BytesIO(), "WEBP" if clear else "JPEG"
    plain.save(out, form, quality=QUALITY)
    return Picture(out.getvalue(), f"image/{form.lower()}", plain.width, plain.height)
