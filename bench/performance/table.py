#!/usr/bin/env python3
"""table.py RESULTS [PAGE]: prints the tables of bench/performance.sh, or puts them into the page."""
import re
import sys

from results import STEPS, TITLES, VARIANTS, Results


def short(number):
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def steps(results, view, size):
    shown = [variant for variant in VARIANTS if results.has("steps", view, size, "update", variant)]
    rows = []
    for step, title in STEPS.items():
        if not results.has("steps", view, size, step, "none"):
            continue
        key = ("steps", view, size, step)
        row = [title, short(results.value("cpu", *key, "none")), short(1 / results.value("seconds", *key, "none"))]
        for variant in shown:
            row.append(f"{short(results.value('cpu', *key, variant))} ({results.ratio('cpu', *key, variant):.2f})")
            row.append(f"{1 / results.ratio('seconds', *key, variant):.2f}")
        row.append(" / ".join(compare(results, what, key) for what in ("cpu", "instructions")))
        rows.append(row)
    head = ["", "without: CPU", "tx/s"]
    for variant in shown:
        head += [f"{VARIANTS[variant]}: CPU", "tx/s"]
    text = f"**{TITLES[view]}**, {size:,} rows\n\n" + table(head + ["view's overhead to the best trigger's"], rows)
    if results.has("steps", view, size, "refresh", "refresh"):
        cost = results.rounds["steps", view, size, "refresh", "refresh"][2]["cpu"]
        own = results.value("cpu", "steps", view, size, "update", "view")
        text += f"\nREFRESH MATERIALIZED VIEW CONCURRENTLY after one UPDATE: {cost / 1000:,.0f} ms, {cost / own:,.0f} times the UPDATE with the view.\n"
    return text


def compare(results, what, key):
    best = results.triggers(what, *key)
    return f"{results.overhead(what, *key, 'view') / best:.2f}" if best and best > 0 else "-"


def loads(results):
    rows = []
    for view in TITLES:
        for size in results.sizes("load", view):
            key = ("load", view, size)
            base = results.value("cpu", *key, "load", "none")
            row = [f"{TITLES[view]}, {size:,} rows", seconds(base)]
            for variant in ("view", "statement", "pg_ivm"):
                row.append(f"{seconds(results.value('cpu', *key, 'load', variant))} ({results.ratio('cpu', *key, 'load', variant):.2f})"
                           if results.has(*key, "load", variant) else "")
            for variant in ("none", "view", "statement"):
                row.append(f"{results.value('memory', *key, 'load', variant) / 1024:.0f}")
            rows.append(row + [seconds(create_as(results, key)), *(f"{ratio:.2f}" for ratio in recomputes(results, key))])
    return table(["", "without", "view", "statement triggers", "pg_ivm", "MB without", "view", "statement triggers",
                  "CREATE TABLE AS, index", "first fill", "complete refresh", "view's overhead"], rows)


def seconds(cpu):
    return f"{cpu / 1e6:.2f} s"


def create_as(results, key):
    return results.value("cpu", *key, "table", "none") + results.value("cpu", *key, "index", "none")


def recomputes(results, key):
    """First fill, complete refresh, and what the load cost more, as ratios to CREATE TABLE AS with an index."""
    base = create_as(results, key)
    return (results.value("cpu", *key, "fill", "none") / base, results.value("cpu", *key, "complete", "view") / base,
            results.overhead("cpu", *key, "load", "view") / base)


def growth(results):
    rows = []
    for view in TITLES:
        sizes = results.sizes("growth", view)
        for step, title in STEPS.items():
            if not sizes or not results.has("growth", view, sizes[0], step, "view"):
                continue
            row = [f"{TITLES[view]}: {title}"]
            for size in sizes:
                row.append(f"{short(results.value('cpu', 'growth', view, size, step, 'none'))} → "
                           f"{short(results.value('cpu', 'growth', view, size, step, 'view'))}")
            rows.append(row + [" / ".join(f"{grown(results, what, view, step):.2f}" for what in ("cpu", "instructions"))])
    sizes = max((results.sizes("growth", view) for view in TITLES), key=len)
    return table(["", *(f"{size:,}" for size in sizes), "last to first"], rows)


def grown(results, what, view, step):
    sizes = results.sizes("growth", view)
    first, last = (results.value(what, "growth", view, size, step, "view") for size in (sizes[0], sizes[-1]))
    return last / first


def targets(results, work_mem):
    """Each: what, the bound, by CPU or as it is, by instructions, whether less is better."""
    found = []

    def against(view, step, variant, bound, title):
        for size in results.sizes("steps", view):
            key = ("steps", view, size, step)
            if not results.has(*key, "view"):
                continue
            both = []
            for what in ("cpu", "instructions"):
                other = results.overhead(what, *key, variant) if variant else results.triggers(what, *key)
                both.append(results.overhead(what, *key, "view") / other if other and other > 0 else float("nan"))
            found.append((title, bound, *both, True))

    against("sum", "update", "statement", 0.6, "sum per group, one statement: overhead to the statement trigger's")
    against("sum", "twenty", "statement", 0.3, "the same, 20 statements")
    for view in ("join", "group"):
        for step in ("update", "insert", "delete", "parent", "twenty"):
            against(view, step, None, 1.0, f"{TITLES[view].lower()}, {STEPS[step]}: overhead to the best trigger's")
    for view, step, bound in (("sum", "unused", 0.9), ("join", "unused", 0.9), ("group", "unused", 0.9), ("document", "unused", 0.9),
                              ("sum", "thousand", 0.7)):
        for size in results.sizes("steps", view):
            key = ("steps", view, size, step)
            if results.has(*key, "view"):
                found.append((f"{TITLES[view].lower()}, {STEPS[step]}: throughput to that without a view", bound,
                              1 / results.ratio("seconds", *key, "view"), 1 / results.ratio("instructions", *key, "view"), False))
    for view in ("join", "document"):
        for step in STEPS:
            if results.sizes("growth", view) and results.has("growth", view, results.sizes("growth", view)[-1], step, "view"):
                found.append((f"{TITLES[view].lower()}, {STEPS[step]}: cost at {results.sizes('growth', view)[-1]:,} rows to that at "
                              f"{results.sizes('growth', view)[0]:,}", 1.5,
                              grown(results, "cpu", view, step), grown(results, "instructions", view, step), True))
    for view in TITLES:
        for size in results.sizes("load", view):
            key = ("load", view, size)
            more = results.overhead("memory", *key, "load", "view") / 1024
            found.append((f"{TITLES[view].lower()}, {size:,} rows in one transaction: MB more than without", 3 * work_mem + 32, more, None, True))
            fill, complete, load = recomputes(results, key)
            found.append(("the same: overhead to CREATE TABLE AS with an index", 1.5, load, None, True))
            found.append(("the same: first fill to that", 1.1, fill, None, True))
            found.append(("the same: complete refresh to that", 1.1, complete, None, True))
    rows = []
    for title, bound, value, second, less in found:
        met = value <= bound if less else value >= bound
        rows.append([title, f"{'at most' if less else 'at least'} {bound:g}", short(value), short(second) if second is not None else "", "met" if met else "**missed**"])
    return table(["", "wanted", "measured", "by instructions", ""], rows)


def text(results):
    work_mem = int((re.search(r"work_mem (\d+)MB", results.title) or [0, 4])[1])
    parts = [results.title + "\n", "### Wanted and measured\n", targets(results, work_mem), "### Steps\n"]
    for view in TITLES:
        parts += [steps(results, view, size) for size in results.sizes("steps", view)]
    if any(results.sizes("load", view) for view in TITLES):
        parts += ["### A million rows in one transaction, and the first fill\n", loads(results)]
    if any(results.sizes("growth", view) for view in TITLES):
        parts += ["### Growth\n", growth(results)]
    return "\n".join(parts)


def main(results, page=None):
    shown = text(Results(results))
    if page is None:
        print(shown)
        return
    with open(page, encoding="utf-8") as file:
        old = file.read()
    begin, end = "<!-- results: bench/performance/table.py -->\n", "<!-- end of results -->\n"
    before, rest = old.split(begin)
    with open(page, "w", encoding="utf-8") as file:
        file.write(before + begin + "\n" + shown + "\n" + end + rest.split(end)[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
