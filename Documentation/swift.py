# SPDX-License-Identifier: Apache-2.0
"""The strings of a Swift source, for Documentation/listed and Documentation/spelling."""

import re

VALUE = "\x01"  # in a string, in the place of a value, \( … )

# What may begin in code: a comment, a string, or a parenthesis.
TOKEN = re.compile(r'//.*|/\*(?:.|\n)*?\*/|"""|"|[()]')


class Source:
    """The text of a source, divided.

    code has each string as "N", its index in strings, which is followed by those in the values of the string; comments
    are blank, so that a parenthesis in it is one of the language. Lines are as in the text.
    strings has the line of each string and what it says.
    """

    def __init__(self, text):
        self.text, self.strings = text, []
        self.code, _ = self._code(0, False)

    def _code(self, at, in_value):
        """The code from an index on, to its end or that of the value, and the index after it."""
        parts, depth = [], 1
        while token := TOKEN.search(self.text, at):
            parts.append(self.text[at : token.start()])
            at, mark = token.end(), token[0]
            if '"' in mark and mark[0] == '"':
                string, at = self._string(at, mark)
                parts.append(string)
            elif mark[0] == "/":
                parts.append("\n" * mark.count("\n"))
            else:
                depth += 1 if mark == "(" else -1
                if in_value and depth == 0:
                    return "".join(parts), at
                parts.append(mark)
        return "".join(parts) + self.text[at:], len(self.text)

    def _string(self, at, quote):
        """What stands in the code for the string that begins at an index, and the index after its end."""
        number, line = len(self.strings), self.text.count("\n", 0, at) + 1
        self.strings.append(None)
        said, inner, start = [], [], at
        while not self.text.startswith(quote, at):
            if self.text.startswith("\\(", at):
                code, at = self._code(at + 2, True)
                inner += re.findall(r'"\d+"', code)
                said.append(VALUE)
            else:
                step = 2 if self.text[at] == "\\" else 1
                said.append(self.text[at : at + step])
                at += step
        self.strings[number] = (line, "".join(said))
        at += len(quote)
        return f'"{number}"' + "".join(inner) + "\n" * self.text.count("\n", start, at), at

    def said(self, code):
        """The strings in a part of the code, each with its line."""
        return [self.strings[int(number)] for number in re.findall(r'"(\d+)"', code)]


def arguments(code, start):
    """The arguments of a call from the index after its parenthesis on, each as its code."""
    found, depth, at = [], 1, start
    for mark in re.finditer(r"[()\[\]{},]", code[start:]):
        depth += 1 if mark[0] in "([{" else -1 if mark[0] in ")]}" else 0
        if depth == 0 or depth == 1 and mark[0] == ",":
            found.append(code[at : start + mark.start()].strip())
            at = start + mark.end()
        if depth == 0:
            break
    return found
