#!/usr/bin/env python3
"""plot.py RESULTS FILE: draws what each step costs, as a ratio to the same without a view, and how it grows (SVG)."""
import sys

from results import STEPS, TITLES, VARIANTS, Results

COLOURS = {"view": "#1f5fa8", "statement": "#e0903a", "row": "#b9b9b9", "pg_ivm": "#8c4f9f"}
SHADES = {"update": "#1f5fa8", "insert": "#3a9a62", "delete": "#c0453c", "parent": "#e0903a"}
WIDTH, LEFT, BAR, SCALE, MOST = 480, 200, 9, 52, 4.2


class Drawing:
    def __init__(self):
        self.parts = []

    def text(self, x, y, words, size=11, anchor="start", weight="normal"):
        words = words.replace("&", "&amp;").replace("<", "&lt;")
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}">{words}</text>')

    def box(self, x, y, width, height, colour):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>')

    def line(self, points, colour, width=1.0):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>')

    def write(self, path, width, height):
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
                       'font-family="Helvetica, Arial, sans-serif">\n<rect width="100%" height="100%" fill="white"/>\n')
            file.write("\n".join(self.parts) + "\n</svg>\n")


def bars(drawing, results, view, x, y):
    """One view's steps; returns the height."""
    size = results.sizes("steps", view)[-1]
    top = y
    drawing.text(x, y + 12, f"{TITLES[view]}, {size:,} rows", 13, weight="bold")
    y += 24
    for step, title in STEPS.items():
        shown = [variant for variant in VARIANTS if results.has("steps", view, size, step, variant)]
        if not shown:
            continue
        drawing.text(x + LEFT - 6, y + len(shown) * BAR / 2 + 4, title, anchor="end")
        for variant in shown:
            ratio = results.ratio("cpu", "steps", view, size, step, variant)
            width = min(ratio, MOST) * SCALE
            drawing.box(x + LEFT, y, width, BAR - 1, COLOURS[variant])
            drawing.text(x + LEFT + width + 3, y + BAR - 1.5, f"{ratio:.1f}" + (" →" if ratio > MOST else ""), 9)
            y += BAR
        y += 6
    drawing.line([(x + LEFT + SCALE, top + 20), (x + LEFT + SCALE, y)], "#444444", 0.8)
    return y - top


def growth(drawing, results, view, x, y):
    """CPU per transaction with the view, by the tables' size."""
    sizes = results.sizes("growth", view)
    lines = {step: [results.value("cpu", "growth", view, size, step, "view") for size in sizes]
             for step in STEPS if results.has("growth", view, sizes[0], step, "view")}
    most = max(max(values) for values in lines.values()) * 1.15
    high, wide = 130, 200
    drawing.text(x, y + 12, f"{TITLES[view]}: µs of CPU by rows per table", 13, weight="bold")
    y += 26
    drawing.line([(x + 50, y), (x + 50, y + high), (x + 50 + wide, y + high)], "#444444", 0.8)
    for part in (0, 0.5, 1):
        drawing.text(x + 45, y + high - high * part + 4, f"{most * part:.0f}", 9, "end")
    places = [x + 60 + i * (wide - 20) / max(len(sizes) - 1, 1) for i in range(len(sizes))]
    for place, size in zip(places, sizes):
        drawing.text(place, y + high + 14, f"{size:,}", 9, "middle")
    ends = sorted((values[-1], step) for step, values in lines.items())
    label = y + high + 20
    for value, step in ends:
        drawing.line([(place, y + high - high * v / most) for place, v in zip(places, lines[step])], SHADES[step], 1.8)
        label = min(y + high - high * value / most + 3, label - 12)
        drawing.box(x + 55 + wide, label - 8, 8, 8, SHADES[step])
        drawing.text(x + 67 + wide, label, STEPS[step], 10)
    return high + 50


def main(source, target):
    results = Results(source)
    drawing = Drawing()
    drawing.text(16, 24, "CPU of the backend per transaction, as a ratio to the same without a view", 15, weight="bold")
    drawing.text(16, 42, results.title, 10)
    x = 16
    for variant, colour in COLOURS.items():
        if any(key[4] == variant for key in results.rounds):
            drawing.box(x, 54, 10, 10, colour)
            drawing.text(x + 14, 63, VARIANTS[variant])
            x += 130
    y = 80
    views = [view for view in TITLES if results.sizes("steps", view)]
    for i in range(0, len(views), 2):
        y += 20 + max(bars(drawing, results, view, 16 + at * WIDTH, y) for at, view in enumerate(views[i:i + 2]))
    grown = [view for view in TITLES if len(results.sizes("growth", view)) > 1]
    if grown:
        y += max(growth(drawing, results, view, 16 + at * WIDTH, y) for at, view in enumerate(grown))
    drawing.write(target, 2 * WIDTH + 16, y)


if __name__ == "__main__":
    main(*sys.argv[1:])
