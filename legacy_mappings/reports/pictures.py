"""Pictures of reports as SVG: bars and flows, drawn in whole numbers, so that the same figures give the same bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from legacy_mappings.reports.records import Bars, Flow, Picture

_WIDTH = 960
_LABELS = 250
_ROW, _BAR = 34, 22
_NODE, _GAP, _TALLEST = 16, 12, 520
_MARGIN = 270
_KEYS_IN_A_ROW, _KEY = 3, 220
_MOST_NODES = 12
_OTHERS = "others"
# Told apart by those who see no red or green, and on a black-and-white printer by their lightness.
_COLOURS = ("#22577a", "#e09f3e", "#9e2a2b", "#7fb069", "#8d99ae", "#c77dff")


def draw(picture: Picture) -> str:
    """The picture as SVG, which says in words what it shows."""
    return _bars(picture) if isinstance(picture, Bars) else _flow(picture)


# -- bars -----------------------------------------------------------------------------------------


def _bars(picture: Bars) -> str:
    names = list(dict.fromkeys(name for bar in picture.bars for name, _ in bar.parts))
    colour = {name: _COLOURS[place % len(_COLOURS)] for place, name in enumerate(names)}
    longest = max((bar.length for bar in picture.bars), default=0) or 1
    room = _WIDTH - _LABELS - 110
    drawn: list[str] = []
    for place, bar in enumerate(picture.bars):
        top, left = place * _ROW, _LABELS
        drawn.append(_text(left - 10, top + 16, bar.label, anchor="end"))
        for name, size in bar.parts:
            width = size * room // longest
            drawn.append(_rectangle(left, top, width, _BAR, colour[name], f"{bar.label}: {name} {_grouped(size)}"))
            left += width
        drawn.append(_text(left + 8, top + 16, _grouped(bar.length)))
    bottom = len(picture.bars) * _ROW + 8
    for place, name in enumerate(names):
        row, column = divmod(place, _KEYS_IN_A_ROW)
        left, top = _LABELS + column * _KEY, bottom + row * 20
        drawn.append(_rectangle(left, top, 12, 12, colour[name], name))
        drawn.append(_text(left + 18, top + 11, name))
    bottom += 20 * (max(len(names) - 1, 0) // _KEYS_IN_A_ROW)
    said = "; ".join(f"{bar.label} {_grouped(bar.length)} {picture.unit}" for bar in picture.bars)
    return _svg(bottom + 24, picture.title, said, drawn)


# -- flows ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Box:
    """A node where it is drawn."""

    left: int
    top: int
    height: int


def _flow(picture: Flow) -> str:
    streams = _gathered(picture)
    levels = _levels(streams, len(picture.columns))
    total = max((sum(level.values()) for level in levels), default=0) or 1
    boxes = [_stacked(level, column, len(levels), total) for column, level in enumerate(levels)]
    height = max((box.top + box.height for level in boxes for box in level.values()), default=0) + 40
    drawn = [*_ribbons(streams, levels, boxes, total), *_nodes(levels, boxes, picture.columns)]
    said = "; ".join(f"{start} to {end}: {_grouped(size)} {picture.unit}" for _, start, end, size in streams)
    return _svg(height, picture.title, said, drawn)


def _gathered(picture: Flow) -> list[tuple[int, str, str, int]]:
    """The streams with what is small put together, so that the picture can be read; in order of size and name."""
    kept: dict[int, set[str]] = {}
    for column in range(len(picture.columns)):
        sizes: dict[str, int] = defaultdict(int)
        for place, start, end, size in picture.streams:
            if place == column:
                sizes[start] += size
            if place == column - 1:
                sizes[end] += size
        kept[column] = set(_largest(sizes))
    found: dict[tuple[int, str, str], int] = defaultdict(int)
    for place, start, end, size in picture.streams:
        left = start if start in kept[place] else _OTHERS
        right = end if end in kept[place + 1] else _OTHERS
        found[place, left, right] += size
    ordered = sorted(found.items(), key=lambda item: (item[0][0], -item[1], item[0]))
    return [(place, start, end, size) for (place, start, end), size in ordered if size]


def _largest(sizes: Mapping[str, int]) -> list[str]:
    ordered = sorted(sizes, key=lambda name: (-sizes[name], name))
    return ordered if len(ordered) <= _MOST_NODES else ordered[: _MOST_NODES - 1]


def _levels(streams: Iterable[tuple[int, str, str, int]], columns: int) -> list[dict[str, int]]:
    """How much goes through each node: what comes in or what goes out, whichever is more."""
    coming: list[dict[str, int]] = [defaultdict(int) for _ in range(columns)]
    going: list[dict[str, int]] = [defaultdict(int) for _ in range(columns)]
    for place, start, end, size in streams:
        going[place][start] += size
        coming[place + 1][end] += size
    levels = []
    for into, out in zip(coming, going, strict=True):
        names = {name: max(into.get(name, 0), out.get(name, 0)) for name in {*into, *out}}
        levels.append(dict(sorted(names.items(), key=lambda item: (item[0] == _OTHERS, -item[1], item[0]))))
    return levels


def _stacked(level: Mapping[str, int], column: int, columns: int, total: int) -> dict[str, _Box]:
    room = _WIDTH - 2 * _MARGIN - _NODE
    left = _MARGIN + (room * column // (columns - 1) if columns > 1 else 0)
    boxes, top = {}, 24
    for name, size in level.items():
        height = max(2, size * _TALLEST // total)
        boxes[name] = _Box(left, top, height)
        top += height + _GAP
    return boxes


def _ribbons(
    streams: Iterable[tuple[int, str, str, int]],
    levels: list[dict[str, int]],
    boxes: list[dict[str, _Box]],
    total: int,
) -> Iterable[str]:
    out: dict[tuple[int, str], int] = defaultdict(int)
    into: dict[tuple[int, str], int] = defaultdict(int)
    for place, start, end, size in streams:
        thick = max(1, size * _TALLEST // total)
        a, b = boxes[place][start], boxes[place + 1][end]
        left, right = a.left + _NODE, b.left
        top, under = a.top + out[place, start], b.top + into[place, end]
        out[place, start] += thick
        into[place, end] += thick
        middle = (left + right) // 2
        colour = _COLOURS[list(levels[place]).index(start) % len(_COLOURS)]
        path = (
            f"M{left} {top}C{middle} {top} {middle} {under} {right} {under}V{under + thick}"
            f"C{middle} {under + thick} {middle} {top + thick} {left} {top + thick}Z"
        )
        said = _title(f"{start} to {end}: {_grouped(size)}")
        yield f'<path d="{path}" fill="{colour}" fill-opacity="0.35">{said}</path>'


def _nodes(levels: list[dict[str, int]], boxes: list[dict[str, _Box]], columns: tuple[str, ...]) -> Iterable[str]:
    last = len(levels) - 1
    for column, level in enumerate(levels):
        anchor = "end" if column == 0 else "start" if column == last else "middle"
        for place, (name, size) in enumerate(level.items()):
            box = boxes[column][name]
            if place == 0:
                yield _text(box.left + _NODE // 2, 12, columns[column], anchor="middle", bold=True)
            yield _rectangle(box.left, box.top, _NODE, box.height, _COLOURS[place % len(_COLOURS)], name)
            beside = {"end": box.left - 6, "start": box.left + _NODE + 6, "middle": box.left + _NODE // 2}[anchor]
            line = box.top + box.height // 2 + 4 if anchor != "middle" else box.top + box.height + 10
            yield _text(beside, line, f"{name} ({_grouped(size)})", anchor=anchor)


# -- elements -------------------------------------------------------------------------------------


def _svg(height: int, title: str, said: str, drawn: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{escape(title)}</title><desc>{escape(said)}</desc>'
        f"{''.join(drawn)}</svg>"
    )


def _rectangle(left: int, top: int, width: int, height: int, colour: str, said: str) -> str:
    return f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="{colour}">{_title(said)}</rect>'


def _text(left: int, top: int, text: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{left}" y="{top}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'


def _title(text: str) -> str:
    return f"<title>{escape(text)}</title>"


def _grouped(number: int) -> str:
    """A number with its thousands set apart by a narrow space."""
    return f"{number:,}".replace(",", "\u202f")
