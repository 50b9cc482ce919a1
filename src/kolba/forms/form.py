"""The forms that a view asks for: from the body of its request, and from the query string."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from kolba.forms.base import (
    MARK,
    BaseForm,
    Mistake,
    State,
    T,
    bad_text,
    index_of,
)
from kolba.forms.decode import Sent, decode, encode
from kolba.forms.problems import Problem
from kolba.forms.sources import body_of, query_of
from kolba.forms.spec import MISSING, Kind, Spec, key_of, walk


class Form(BaseForm[T]):
    """A form from the body of a request: `def register(form: Form[Registration])`."""

    @cached_property
    def submitted(self) -> bool:
        """Whether this request sends the form."""
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return False
        return not self._one_of_several or self._is_mine()

    def _is_mine(self) -> bool:
        body = body_of(self.model.specs)
        if body.json is not MISSING:
            return True
        mark = body.texts.get(MARK)
        if mark:
            return mark[0] == self.name
        names = {spec.name for spec in self.model.specs}
        return any(key.partition(".")[0] in names for key in (*body.texts, *body.files))

    def _read(self) -> tuple[Sent, list[Problem], int]:
        body = body_of(self.model.specs)
        if body.json is not MISSING:
            return self._of_json(body.json)
        sent = decode(
            self.model.specs,
            body.texts.items(),
            body.files,
            complete=True,
            skeletons=_skeletons(self.model.specs),
        )
        if self.model.takes_extra:
            _add_extra(sent, self.model.specs, body.texts)
        return sent, [*body.problems, *sent.problems], body.status

    def _of_json(self, data: Any) -> tuple[Sent, list[Problem], int]:
        if not isinstance(data, dict):
            return Sent(), [Problem((), "not_an_object")], 422
        sent = encode(self.model.specs, data)
        found = ((path, bad_text("".join(texts))) for path, texts in sent.raw.items())
        problems = [
            Problem(tuple(map(index_of, path.split("."))), kind) for path, kind in found if kind
        ]
        return sent, problems, 422

    def redirect_back(self, to: str | None = None) -> Response:
        """Send the person back to the page of the form, where input and errors are shown once.

        Args:
            to: the page, if it is not the one that the form was sent from.
        """
        from kolba.forms.kept import redirect_back

        return redirect_back(self, to)

    def _untouched(self) -> State:
        from kolba.forms.kept import take

        return take(self) or super()._untouched()


class Query(BaseForm[T]):
    """A form from the query string: `def search(query: Query[Search])`.

    What is absent has its default, so it is valid as long as nothing needed is missing.
    """

    method = "get"
    says_no = True

    @cached_property
    def submitted(self) -> bool:
        """Always: a query string without fields is one with all defaults."""
        return True

    def _read(self) -> tuple[Sent, list[Problem], int]:
        sent = decode(self.model.specs, query_of(), {}, complete=False)
        return sent, sent.problems, 422

    def _judged(self) -> State:
        state = super()._judged()
        state.asked = bool(state.sent.raw)
        if not state.asked:
            # Nobody has sent anything yet: there is nothing to complain of on the page.
            state.sent = super()._untouched().sent
        else:
            begun = super()._untouched().sent
            state.sent.raw = {**begun.raw, **state.sent.raw}
        return state

    @property
    def mistakes(self) -> list[Mistake]:
        """All that is wrong, once a person has sent something."""
        return super().mistakes if self._state.asked else []

    def problems_at(self, path: str) -> tuple[Problem, ...]:
        """What is wrong with one field, once a person has sent something."""
        return super().problems_at(path) if self._state.asked else ()


def _skeletons(specs: tuple[Spec, ...]) -> dict[str, dict[str, list[str]]]:
    """What an untouched row of each list of rows sends."""
    return {
        spec.name: {
            path: [key_of(child.default)]
            for path, child in walk(spec.children)
            if child.default is not MISSING and child.kind is not Kind.GROUP
        }
        for spec in specs
        if spec.kind is Kind.ROWS
    }


def _add_extra(sent: Sent, specs: tuple[Spec, ...], texts: Mapping[str, list[str]]) -> None:
    """Fields that nobody declared, for a model that wants to know of them."""
    known = {spec.name for spec in specs}
    for name, values in texts.items():
        top = name.partition(".")[0]
        if top not in known and not top.startswith("_") and top != "csrf_token" and values:
            sent.data[name] = values[0]
