#!/usr/bin/env python3
"""profile.py DATA INSTRUCTIONS [PERCENT]: what the extension does in a transaction, top down, from perf's samples of
user-mode instructions, of which a transaction has so many.  Functions of the server that have no name are passed over."""
import re
import subprocess
import sys


class Node:
    def __init__(self):
        self.samples = 0
        self.callees = {}

    def enter(self, name, samples):
        node = self.callees.setdefault(name, Node())
        node.samples += samples
        return node


def stacks(data):
    """The samples: their weight, and the functions from the outermost in."""
    shown = subprocess.run(["perf", "script", "-i", data, "-F", "period,ip,sym"], capture_output=True, text=True, check=True)
    for sample in shown.stdout.split("\n\n"):
        lines = [line.split(None, 1) for line in sample.split("\n") if line.strip()]
        if len(lines) > 1:
            names = [line[1] for line in reversed(lines[1:]) if len(line) > 1 and "[unknown]" not in line[1]]
            yield int(lines[0][0].rstrip(":")), [re.sub(r"\(.*", "", name.replace("(anonymous namespace)::", "")) for name in names]


def show(node, every, instructions, least, depth=0):
    for name, callee in sorted(node.callees.items(), key=lambda item: -item[1].samples):
        share = callee.samples / every
        if share * 100 >= least:
            print(f"{share * 100:6.1f} % {share * instructions:10,.0f}  {'  ' * depth}{name}")
            show(callee, every, instructions, least, depth + 1)


def main(data, instructions, least="1"):
    root, every = Node(), 0
    for weight, names in stacks(data):
        every += weight
        first = next((i for i, name in enumerate(names) if name.startswith("dv::")), None)
        if first is None:
            continue
        node = root
        for name in names[first:]:
            node = node.enter(name, weight)
    own = sum(callee.samples for callee in root.callees.values())
    print(f"{float(instructions):,.0f} instructions per transaction, {own / max(every, 1) * float(instructions):,.0f} in the extension and below")
    show(root, max(every, 1), float(instructions), float(least))


if __name__ == "__main__":
    main(*sys.argv[1:])
