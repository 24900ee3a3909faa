"""Turn the page's fonts into the forms that documents and charts need: one TrueType file a family and weight."""

import json
import logging
import shutil
import sys
from collections import defaultdict
from pathlib import Path

from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent.parent / "src" / "ekistics" / "publish" / "static" / "fonts"
# The subsets that documents carry; the page takes any by its text.
NODE = Path(__file__).resolve().parent.parent / "frontend/node_modules/@fontsource/noto-sans-sc"
SUBSETS = ("latin", "latin-ext", "greek", "cyrillic", "vietnamese", "arabic")


def subsets(folder: Path) -> dict[tuple[str, int], list[Path]]:
    """Group the subset files by family and weight, Latin first."""
    groups = defaultdict(list)
    for font in json.loads((folder / "fonts.json").read_text(encoding="utf-8")):
        if font["subset"] in SUBSETS:
            groups[font["family"], font["weight"]].append((SUBSETS.index(font["subset"]), folder / font["file"]))
    return {key: [path for _, path in sorted(files)] for key, files in groups.items()}


def merged(files: list[Path], scratch: Path) -> TTFont:
    """Merge the subsets of one face into one font."""
    plain = []
    for file in files:
        font = TTFont(file)
        font.flavor = None
        for table in ("GSUB", "GPOS", "GDEF") if len(files) > 1 else ():
            if table in font:
                del font[table]
        plain.append(scratch / f"{file.stem}.part")
        font.save(plain[-1])
    font = Merger(options=Options(drop_tables=["STAT", "HVAR", "MVAR", "DSIG"])).merge([str(p) for p in plain])
    for part in plain:
        part.unlink()
    return font


def named(font: TTFont, family: str, weight: int) -> TTFont:
    """Give the font its family and weight, so that every program finds it by the same name."""
    style = "Regular" if weight == 400 else "SemiBold"
    names = {1: family if weight == 400 else f"{family} {style}", 2: "Regular", 4: f"{family} {style}",
             6: f"{family.replace(' ', '')}-{style}", 16: family, 17: style}
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
        font["name"].setName(text, name_id, 1, 0, 0)
    font["OS/2"].usWeightClass = weight
    return font


def chinese(weight: int) -> TTFont:
    """Give the whole Chinese font: documents carry only the letters they show, pages fetch it in pieces elsewhere."""
    font = TTFont(NODE / f"files/noto-sans-sc-chinese-simplified-{weight}-normal.woff2")
    font.flavor = None
    return font


def main() -> int:
    """Write the fonts beside the subsets they are made of."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    for weight in (400, 600):
        named(chinese(weight), "Noto Sans SC", weight).save(FONTS / f"NotoSansSC-{weight}.ttf")
    shutil.copy(NODE / "LICENSE", FONTS / "noto-sans-sc-LICENSE.txt")
    for (family, weight), files in subsets(FONTS).items():
        font = named(merged(files, FONTS), family, weight)
        font.save(FONTS / f"{family.replace(' ', '')}-{weight}.ttf")
    return 0


if __name__ == "__main__":
    sys.exit(main())
