"""Where a form's input comes from: the body (form fields, files, JSON) or the query string.

A body that is over a limit or was cut on the way is not an exception for a form: what
arrived is shown again, with what went wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage

from kolba.bodies import FILE_LIMITS, BodyError, sized, without_numbers
from kolba.forms.problems import Problem
from kolba.forms.spec import MISSING, Kind, Spec
from kolba.forms.uploads import Upload, fits, is_what_it_says
from kolba.held import held, hold
from kolba.language import language

_KEPT = "_kolba_body"


@dataclass
class Body:
    """What came in the body of this request.

    Attributes:
        json: the JSON value, or `MISSING` if it was a form.
        status: 422, or that of the limit that was met.
    """

    texts: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[Upload]] = field(default_factory=dict)
    json: Any = MISSING
    problems: list[Problem] = field(default_factory=list)
    status: int = 422


def query_of() -> Iterable[tuple[str, list[str]]]:
    """The fields of the query string."""
    return request.args.lists()


def body_of(specs: tuple[Spec, ...]) -> Body:
    """The body, read once for all forms of a view."""
    body: Body | None = held(_KEPT)
    if body is None:
        request.__dict__.setdefault(FILE_LIMITS, {}).update(_sizes(specs, ""))
        body = Body(json=request.get_json()) if request.is_json else _form_body()
        hold(_KEPT, body)
    return _checked(body, specs)


def _form_body() -> Body:
    try:
        files = {name: _uploads(found) for name, found in request.files.lists()}
        return Body(texts=dict(request.form.lists()), files=files)
    except BodyError as error:
        texts: dict[str, list[str]] = {}
        for name, text in error.arrived:
            texts.setdefault(name, []).append(text)
        return Body(texts=texts, problems=[_problem(error)], status=error.code or 400)


def _problem(error: BodyError) -> Problem:
    if error.setting:
        limit = {"limit": error.limit_in_words(language()), "setting": error.setting}
        return Problem((), "body_limit", values=limit)
    return Problem((), "body_cut")


def _uploads(found: list[FileStorage]) -> list[Upload]:
    return [Upload(storage) for storage in found if storage.filename]


def _sizes(specs: tuple[Spec, ...], prefix: str) -> Iterable[tuple[str, int]]:
    for spec in specs:
        limit = spec.hints.get("max_size")
        if limit is not None and spec.kind in {Kind.FILE, Kind.FILES}:
            yield prefix + spec.name, limit
        if spec.kind in {Kind.GROUP, Kind.ROWS}:
            yield from _sizes(spec.children, f"{prefix}{spec.name}.")


def _checked(body: Body, specs: tuple[Spec, ...]) -> Body:
    """The body with what is wrong with its files, by the rules of these fields."""
    rules = dict(_upload_specs(specs, ""))
    problems = list(body.problems)
    for path, uploads in body.files.items():
        if (spec := rules.get(without_numbers(path))) is not None:
            found = (_fault(upload, spec) for upload in uploads)
            where = tuple(path.split("."))
            problems += [Problem(where, kind, values=v) for kind, v in filter(None, found)]
    return Body(body.texts, body.files, body.json, problems, body.status)


def _upload_specs(specs: tuple[Spec, ...], prefix: str) -> Iterable[tuple[str, Spec]]:
    for spec in specs:
        if spec.kind in {Kind.FILE, Kind.FILES}:
            yield prefix + spec.name, spec
        elif spec.kind in {Kind.GROUP, Kind.ROWS}:
            yield from _upload_specs(spec.children, f"{prefix}{spec.name}.")


def _fault(upload: Upload, spec: Spec) -> tuple[str, dict[str, Any]] | None:
    max_size, types = spec.hints.get("max_size"), spec.hints.get("types", ())
    if max_size is not None and upload.size > max_size:
        return "file_too_large", {"max_size": sized(max_size, language())}
    if types and not fits(upload, types):
        return "file_type", {"types": ", ".join(types)}
    if types and not is_what_it_says(upload):
        return "file_content", {}
    return None
