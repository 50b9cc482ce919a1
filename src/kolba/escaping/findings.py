"""What is found in templates when they are compiled: values, and the error that carries them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError

from kolba.errors import KolbaError


@dataclass(frozen=True, slots=True)
class Finding:
    """A value in a template that HTML's escapes do not make safe where it stands.

    Attributes:
        code: which kind, as the documentation names it.
        name: the template's name; None for one made of a string.
        file: its file, if it has one.
        line: the line.
        value: the expression, in few words.
        what: what can happen.
        mend: what to write.
        note: whether Kolba makes it safe at run time: nothing needs to be done.
    """

    code: str
    name: str | None
    file: str | None
    line: int
    value: str
    what: str
    mend: str
    note: bool = False

    @property
    def place(self) -> str:
        """`template:line`."""
        return f"{self.name or '<a template in a string>'}:{self.line}"

    def __str__(self) -> str:
        return f"{self.place}: {self.code}: {self.value} {self.what}. {self.mend}"


class UnsafeTemplate(KolbaError, TemplateSyntaxError):
    """A template puts values where HTML's escapes do not make them safe.

    Raised in development and in tests, when the template is compiled; in production it
    is a line in the log.

    Attributes:
        findings: each of them.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        first = self.findings[0]
        lines = "\n".join(f"  {finding}" for finding in self.findings)
        count = len(self.findings)
        message = (
            f"{count} {'value is' if count == 1 else 'values are'} not safe where"
            f" {'it stands' if count == 1 else 'they stand'}:\n{lines}\n"
            'Mend the template; until then KOLBA_ESCAPING = "report" in the config only logs it.'
        )
        TemplateSyntaxError.__init__(self, message, first.line, first.name, first.file)
