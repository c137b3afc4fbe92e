# SPDX-License-Identifier: Apache-2.0
"""Manuals as pages: mandoc makes the HTML, and each section gets a heading that the contents of a page list."""

import re
import subprocess


def page(file, manuals):
    """A manual as Markdown around mandoc's HTML. Links to manuals of others, which the site does not have, become text."""
    made = subprocess.run(
        ["mandoc", "-T", "html", "-O", "fragment,man=%N.%S.html", file], check=True, capture_output=True, text=True
    ).stdout
    name, section = file.stem, file.suffix[1:]
    body = made.split('<div class="manual-text">', 1)[1].rsplit("</div>\n<table", 1)[0]
    body = re.sub(
        r'<a class="Xr" href="([^"]+)\.html"([^>]*)>(.*?)</a>',
        lambda link: link[0] if link[1] in manuals else f'<span class="Xr">{link[3]}</span>',
        body, flags=re.S,
    )  # fmt: skip
    # The heading of the page is h1 and that of a section h2.
    body = re.sub(r'<(/?)h2\b', r"<\1h3", body)
    # A synopsis is laid out by a table in which nothing is compared.
    body = body.replace('<table class="Nm">', '<table class="Nm" role="presentation">')
    # A heading has an id of its own, in small letters, which no part of the text may have too.
    for heading in re.findall(r'<h1 class="Sh" id="([^"]*)"', body):
        taken = re.escape(heading.lower().replace("_", "-"))
        body = re.sub(rf' id="{taken}"(.*?)(<a class="permalink" href="#{taken}">(.*?)</a>)?', r"\1\3", body)
    parts = [f"# {name}({section})\n"]
    for part in body.split('<section class="Sh">')[1:]:
        heading = re.match(r'\s*<h1 class="Sh" id="([^"]*)"><a[^>]*>(.*?)</a></h1>(.*)</section>\s*$', part, re.S)
        parts.append(f'## {" ".join(heading[2].split())}\n\n````{{raw}} html\n<div class="manual" id="{heading[1]}">{heading[3]}</div>\n````\n')
    return "\n".join(parts)
