# SPDX-License-Identifier: Apache-2.0
"""Draws the Mermaid diagrams of the pages as SVG, so that the site needs no JavaScript: flowcharts by Graphviz, sequence
diagrams here. What Mermaid has and the pages do not use is an error."""

import html
import re
import subprocess

NODE = r'(?P<name>\w+)(?:\{\{"?(?P<hexagon>[^"}]*)"?\}\}|\["?(?P<box>[^"\]]*)"?\])?'


def svg(source, heading):
    """A diagram as SVG, with a title and, in words, what it shows."""
    kind, *lines = [line.strip() for line in source.strip().splitlines()]
    if kind.startswith("flowchart "):
        picture, words = flowchart(lines, "LR" if kind.endswith("LR") else "TB")
    elif kind == "sequenceDiagram":
        picture, words = sequence(lines)
    else:
        raise SystemExit(f"Site/diagrams.py: unknown diagram {kind}")
    label = html.escape(f"Diagram: {heading}. {'; '.join(words)}.", quote=True)
    return f'<div class="diagram" tabindex="0" role="img" aria-label="{label}">{picture}</div>'


def flowchart(lines, direction):
    """Nodes, edges and groups, as Graphviz lays them out."""
    labels, words, dot, inside = {}, [], [], False

    def node(text):
        match = re.fullmatch(NODE, text.strip())
        if not match:
            raise SystemExit(f"Site/diagrams.py: unknown node {text}")
        name, label = match["name"], match["box"] or match["hexagon"]
        if label or inside:
            labels.setdefault(name, label or name)
            shape = "hexagon" if match["hexagon"] else "box"
            dot.append(f'{name} [label="{labels[name]}", shape={shape}];')
        return name

    for line in filter(None, lines):
        if opening := re.fullmatch(r'subgraph (\w+) \["(.*)"\]', line):
            dot.append(f'subgraph cluster_{opening[1]} {{ label="{opening[2]}"; style=rounded;')
            inside = True
        elif line == "end":
            dot.append("}")
            inside = False
        else:
            text = re.search(r"-- ([\w ]+) -->", line)
            groups = [[node(part) for part in group.split(" & ")] for group in re.split(r" --> | -- [\w ]+ --> ", line)]
            for sources, targets in zip(groups, groups[1:]):
                for source in sources:
                    for target in targets:
                        dot.append(f'{source} -> {target}{f" [label={chr(34)}{text[1]}{chr(34)}]" if text else ""};')
                        words.append((source, text[1] if text else "leads to", target))
    # Mermaid takes the name for the label where no line gives another.
    graph = (
        f'digraph {{ rankdir={direction}; bgcolor=transparent; node [shape=box, style=rounded, fontname="DejaVu Sans", '
        'fontsize=11, margin="0.12,0.06"]; edge [fontname="DejaVu Sans", fontsize=10, arrowsize=0.7]; '
        f'graph [fontname="DejaVu Sans", fontsize=11]; ranksep=0.4; nodesep=0.25; {" ".join(dot)} }}'
    )
    drawn = subprocess.run(["dot", "-Tsvg"], input=graph, check=True, capture_output=True, text=True).stdout
    drawn = re.sub(r"(?s)^.*?(?=<svg)|<!--.*?-->|<title>.*?</title>\n?|font-family=\"[^\"]*\" ?", "", drawn)
    drawn = re.sub(r' id="\w+"', "", drawn)
    drawn = drawn.replace('"black"', '"currentColor"').replace("<text ", '<text fill="currentColor" ')
    return drawn, [f"{labels.get(a, a)} {verb} {labels.get(b, b)}" for a, verb, b in words]


def sequence(lines):
    """Participants, from left to right, and what passes between them, from top to bottom."""
    names, parts, words, space, y = {}, [], [], 240, 60

    def x(name):
        return 110 + list(names).index(name) * space

    def text(at, height, words, anchor="middle"):
        parts.append(f'<text x="{at}" y="{height}" text-anchor="{anchor}">{html.escape(words)}</text>')

    for line in filter(None, lines):
        if match := re.fullmatch(r"participant (\w+) as (.*)", line):
            names[match[1]] = match[2]
        elif match := re.fullmatch(r"Note over (\w+),(\w+): (.*)", line):
            parts.append(f'<rect x="{x(match[1]) - 60}" y="{y}" width="{x(match[2]) - x(match[1]) + 120}" height="24" rx="4"/>')
            text((x(match[1]) + x(match[2])) / 2, y + 16, match[3])
            words.append(f"by the {match[3]}")
            y += 56
        elif match := re.fullmatch(r"(\w+)-?->>(\w+): (.*)", line):
            a, b = x(match[1]), x(match[2])
            if a == b:
                parts.append(f'<path d="M{a} {y - 8}h24v12h-20" marker-end="url(#head)"/>')
                text(a + 32, y + 2, match[3], "start")
            else:
                text((a + b) / 2, y - 6, match[3])
                dashes = ' stroke-dasharray="5 3"' if "-->>" in line else ""
                parts.append(f'<path d="M{a} {y}H{b + (4 if b < a else -4)}" marker-end="url(#head)"{dashes}/>')
            words.append(f"{names[match[1]]} to {names[match[2]]}: {match[3]}")
            y += 34
        else:
            raise SystemExit(f"Site/diagrams.py: unknown line {line}")
    width = 220 + (len(names) - 1) * space
    frame = []
    for name, label in names.items():
        frame.append(f'<path d="M{x(name)} 34V{y - 10}" opacity="0.4"/>')
        frame.append(f'<rect x="{x(name) - 70}" y="6" width="140" height="28" rx="6"/>')
        frame.append(f'<text x="{x(name)}" y="25" text-anchor="middle">{html.escape(label)}</text>')
    head = '<defs><marker id="head" markerWidth="8" markerHeight="8" refX="6" refY="4" orient="auto"><path d="M0 0 8 4 0 8z" fill="currentColor" stroke="none"/></marker></defs>'
    return (
        f'<svg viewBox="0 0 {width} {y}" width="{width}" height="{y}" class="sequence">{head}{"".join(frame + parts)}</svg>',
        words,
    )
