"""The raw results of bench/performance.sh: reading them, and what both the tables and the plot need of them."""
from collections import defaultdict
from statistics import median

TITLES = {"sum": "Sum per group", "join": "Two-table join", "group": "Join and group", "document": "Order document of six tables"}
STEPS = {
    "update": "UPDATE of a row", "insert": "INSERT of a row", "delete": "DELETE of a row", "parent": "UPDATE of a row on the other side",
    "twenty": "20 UPDATEs, one transaction", "thousand": "UPDATE of 1,000 rows", "unused": "UPDATE of an unused column"}
VARIANTS = {"view": "view", "statement": "statement triggers", "row": "row triggers", "pg_ivm": "pg_ivm"}


class Results:
    def __init__(self, path):
        self.title = ""
        self.rounds = defaultdict(dict)  # (part, view, size, step, variant) -> round -> figures of a transaction
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("#"):
                    self.title = line[1:].strip()
                    continue
                part, view, size, step, variant, number, count, seconds, cpu, instructions, memory = line.rstrip("\n").split("\t")
                count = float(count)
                self.rounds[part, view, int(size), step, variant][int(number)] = {
                    "cpu": float(cpu) / count, "instructions": float(instructions) / count,
                    "seconds": float(seconds) / count, "memory": float(memory)}

    def sizes(self, part, view):
        return sorted({key[2] for key in self.rounds if key[:2] == (part, view)})

    def has(self, *key):
        return key in self.rounds

    def value(self, what, *key):
        return median(figures[what] for figures in self.rounds[key].values())

    def ratio(self, what, part, view, size, step, variant):
        """To the same without a view, round by round."""
        base, rounds = self.rounds[part, view, size, step, "none"], self.rounds[part, view, size, step, variant]
        return median(figures[what] / base[number][what] for number, figures in rounds.items() if number in base)

    def overhead(self, what, part, view, size, step, variant):
        return self.value(what, part, view, size, step, variant) - self.value(what, part, view, size, step, "none")

    def triggers(self, what, part, view, size, step):
        """The least overhead of the triggers by hand."""
        return min((self.overhead(what, part, view, size, step, variant) for variant in ("statement", "row")
                    if self.has(part, view, size, step, variant)), default=None)
