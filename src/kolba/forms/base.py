"""What every form is, wherever it was sent: values, judged by a model, and what a page shows of it.

Nothing is read before somebody asks: a view that answers without looking at its form (a
login gate, a redirect) costs nothing. What was read stays the same for the whole request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from flask import current_app
from markupsafe import Markup

from kolba.errors import ConfigError, KolbaError
from kolba.forms.attributes import named, written
from kolba.forms.decode import Sent, encode
from kolba.forms.fields import Errors, Field
from kolba.forms.look import Look, look_of
from kolba.forms.problems import Problem
from kolba.forms.spec import MISSING, Kind, Spec, walk
from kolba.language import translate, voice

if TYPE_CHECKING:
    from kolba.forms.model import Model

T = TypeVar("T")

MARK = "_form"  # tells which of several forms of a page was sent


class InvalidForm(KolbaError):
    """The value of a form was asked for that is not valid."""


@dataclass
class State:
    """What is known of a form in this request.

    Attributes:
        sent: what was sent, or what the form begins with.
        problems: what is wrong, by path; that of the whole under ''.
        value: the model's, if nothing is wrong.
        status: of the answer that shows the problems.
        asked: whether a person has sent it.
    """

    sent: Sent
    problems: dict[str, list[Problem]] = field(default_factory=dict)
    value: Any = None
    status: int = 422
    asked: bool = False


@dataclass(frozen=True)
class Mistake:
    """One line of the summary of errors."""

    message: str
    label: str = ""
    id: str = ""


def load_model(type_: type[Any]) -> Model:
    """The compiled model of a type.

    Raises:
        ConfigError: pydantic is not installed, or the type is no model.
    """
    try:
        from kolba.forms.model import model_of
    except ImportError as error:
        raise ConfigError(
            f"a form of {type_.__qualname__} needs {error.name}: pip install 'kolba[forms]'"
        ) from error
    model: Model = model_of(type_)  # type: ignore[arg-type]
    return model


class BaseForm(Generic[T]):
    """What `Form` and `Query` share."""

    method = "post"
    says_no = False

    def __init__(self, model: type[T], name: str = "form", *, one_of_several: bool = False) -> None:
        self.model = load_model(model)
        self.name = name
        self._one_of_several = one_of_several
        self._filled: dict[str, Any] = {}

    # What was sent

    @cached_property
    def submitted(self) -> bool:
        """Whether this request sends the form."""
        raise NotImplementedError

    @property
    def valid(self) -> bool:
        """Whether it was sent and the model takes it."""
        return self.submitted and not self._state.problems

    @property
    def value(self) -> T:
        """The model's value.

        Raises:
            InvalidForm: the form is not valid: ask `form.valid` first.
        """
        if not self.valid:
            raise InvalidForm(
                f"{self.name}.value was read, but the form is not valid. "
                f"Ask `if {self.name}.valid:` first"
            )
        value: T = self._state.value
        return value

    @property
    def refused(self) -> bool:
        """Whether it was looked at, had been sent, and something is wrong."""
        state = self.__dict__.get("_state")
        return state is not None and state.asked and bool(state.problems)

    @property
    def status(self) -> int:
        """The status of the answer that shows what is wrong: 422, or that of a limit."""
        return self._state.status

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong, in the order of the fields."""
        return tuple(problem for found in self._state.problems.values() for problem in found)

    @property
    def errors(self) -> Errors:
        """What is wrong with the whole of it (`form.email.errors` has one field's)."""
        return Errors(self, self.problems_at(""), f"{self.name}-error")

    @property
    def mistakes(self) -> list[Mistake]:
        """All that is wrong, for a summary: with label and id of the field."""
        return [
            self._mistake(path, problem)
            for path, found in self._state.problems.items()
            for problem in found
        ]

    def reject(self, message: str, field: str = "") -> None:
        """Refuse the form for a reason that the model cannot know.

        Args:
            message: the words for the person.
            field: the path of the field it is about; '' is the whole form.

        Raises:
            KeyError: there is no such field.
        """
        if field:
            self[field]
        path = tuple(field.split(".")) if field else ()
        problem = Problem(path, "rejected", message)
        self._state.problems.setdefault(field, []).append(problem)
        self._state.asked = True

    def fill(self, source: Any = None, /, **values: Any) -> BaseForm[T]:
        """Begin with these values (an object to edit, a mapping, single fields) unless sent."""
        given = self.model.dump(source) if source is not None else {}
        self._filled.update(given, **self.model.dump(values))
        if not self.submitted:
            self.__dict__.pop("_state", None)
        return self

    # How it is shown

    @cached_property
    def voice(self) -> tuple[str, bool]:
        """The language it speaks, and whether the app translates its words."""
        return voice()

    @cached_property
    def look(self) -> Look:
        """The macros that write it."""
        return look_of(current_app)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Its fields, in the model's order."""
        return tuple(Field(self, spec) for spec in self.model.specs)

    @property
    def summary(self) -> Markup:
        """All that is wrong, as HTML that takes the focus; empty if nothing is."""
        return self.look.call("summary", self)

    @property
    def hidden(self) -> Markup:
        """What a form must hold beside its fields when several share a page."""
        if not self._one_of_several:
            return Markup("")
        return Markup('<input type="hidden" name="{}" value="{}">').format(MARK, self.name)

    def __call__(self, submit: str | None = None, **attributes: Any) -> Markup:
        """The whole form as HTML.

        Args:
            submit: the words of its button.
            attributes: HTML attributes of `<form>` (`action=url_for("save")`, `class_="wide"`).
        """
        own: dict[str, Any] = {"method": self.method}
        if any(spec.is_upload for spec in self.model.specs):
            own["enctype"] = "multipart/form-data"
        given = named(attributes)
        names = (self.look.classes.get("form", ""), given.pop("class", ""))
        own = {**own, **given, "class": " ".join(filter(None, names)) or None}
        words = translate(submit) if submit else translate("Send", "Отправить")
        return self.look.call("form", self, Markup(written(own.items())), words)

    def __html__(self) -> Markup:
        return self()

    def __str__(self) -> str:
        return str(self())

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __getitem__(self, path: str) -> Field:
        name, _, rest = path.partition(".")
        name = self.model.aliases.get(name, name)
        for spec in self.model.specs:
            if spec.name == name:
                found = Field(self, spec)
                for part in filter(None, rest.split(".")):
                    found = getattr(found, part)
                return found
        raise KeyError(path)

    def __getattr__(self, name: str) -> Field:
        if not name.startswith("_") and "model" in self.__dict__:
            try:
                return self[name]
            except KeyError:
                pass
        raise AttributeError(f"{type(self).__name__} has neither a field nor an attribute {name!r}")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} of {self.model.type.__qualname__}>"

    # What fields ask

    def problems_at(self, path: str) -> tuple[Problem, ...]:
        """What is wrong with one field; '' is the whole."""
        return tuple(self._state.problems.get(path, ()))

    def texts_of(self, path: str) -> list[str]:
        """The texts that a field shows."""
        return self._state.sent.raw.get(path, [])

    def rows_at(self, path: str) -> int:
        """How many rows of a list are filled in."""
        return self._state.sent.rows.get(path, 0)

    def value_at(self, path: str) -> Any:
        """The typed value of one field."""
        names = {alias: name for name, alias in self.model.aliases.items()}
        found: Any = self.value
        for part in path.split("."):
            if isinstance(found, (list, tuple)):
                found = found[int(part)]
            elif isinstance(found, Mapping):
                found = found.get(part)
            else:
                found = getattr(found, names.get(part, part), None)
        return found

    # How the state comes about

    @cached_property
    def _state(self) -> State:
        return self._judged() if self.submitted else self._untouched()

    def _untouched(self) -> State:
        specs = self.model.specs
        return State(encode(specs, {**_begin(specs), **self.model.defaults(), **self._filled}))

    def _judged(self) -> State:
        sent, problems, status = self._read()
        found = {problem.path for problem in problems}
        value, more = self.model.validate(sent.data)
        if status == 422:
            problems += [problem for problem in more if problem.path not in found]
        return State(sent, self._placed(problems), value, status, asked=True)

    def _read(self) -> tuple[Sent, list[Problem], int]:
        """What was sent; what is wrong at first sight; the status of an answer about it."""
        raise NotImplementedError

    def _placed(self, problems: list[Problem]) -> dict[str, list[Problem]]:
        by_path: dict[str, list[Problem]] = {}
        for problem in problems:
            path, spec = _place(self.model.specs, problem.path)
            by_path.setdefault(path, []).append(_worded(problem, spec))
        order = {path: number for number, (path, _) in enumerate(walk(self.model.specs), start=1)}
        ranks = {path: order.get(path, order.get(path.partition(".")[0], 0)) for path in by_path}
        return dict(sorted(by_path.items(), key=lambda item: ranks[item[0]]))

    def _mistake(self, path: str, problem: Problem) -> Mistake:
        if not path:
            return Mistake(problem.message)
        _, spec = _place(self.model.specs, tuple(index_of(part) for part in path.split(".")))
        label = translate(spec.label) if spec else path
        return Mistake(problem.message, label, f"{self.name}-{path.replace('.', '-')}")


def _begin(specs: tuple[Spec, ...]) -> dict[str, Any]:
    """The defaults that are in nested models, where the model itself has none."""
    return {
        spec.name: _begin(spec.children) if spec.kind is Kind.GROUP else spec.default
        for spec in specs
        if spec.kind is Kind.GROUP or spec.default is not MISSING
    }


def bad_text(text: str) -> str:
    """The kind of problem of a text that JSON can say and nobody can store; '' if it is fine."""
    if "\0" in text:
        return "nul"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "string_unicode"
    return ""


def index_of(part: str) -> str | int:
    return int(part) if part.isdigit() else part


def _place(specs: tuple[Spec, ...], where: tuple[str | int, ...]) -> tuple[str, Spec | None]:
    """The field that a problem belongs to: the deepest one on its way that there is."""
    path, found, inside = "", None, specs
    for part in where:
        if isinstance(part, int):
            if found is None or found.kind is not Kind.ROWS:
                break
            path = f"{path}.{part}"
            continue
        spec = next((spec for spec in inside if spec.name == part), None)
        if spec is None:
            break
        path = f"{path}.{part}" if path else part
        found = spec
        inside = spec.children if spec.kind in {Kind.GROUP, Kind.ROWS} else ()
    return path, found


def _worded(problem: Problem, spec: Spec | None) -> Problem:
    """The same problem under the name that fits the kind of field."""
    if spec is None:
        return problem
    if spec.kind is Kind.TEXT and problem.kind in {"too_short", "too_long"}:
        # Of a SecretStr pydantic counts "items".
        return Problem(problem.path, f"string_{problem.kind}", values=problem.values)
    if problem.kind != "missing":
        return problem
    if spec.kind in {Kind.CHOICE, Kind.CHOICES}:
        return Problem(problem.path, "not_chosen")
    if spec.kind in {Kind.FILE, Kind.FILES}:
        return Problem(problem.path, "file_expected")
    return problem
