"""One field of a form as templates see it: label, input, errors, raw, value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from kolba.forms import controls
from kolba.forms.attributes import named, written
from kolba.forms.problems import Problem
from kolba.forms.spec import MISSING, Choice, Kind, Spec, key_of
from kolba.language import translate

if TYPE_CHECKING:
    from kolba.forms.base import BaseForm


class Field:
    """One field: `{{ form.email }}` is all of it, its attributes are the parts.

    Attributes:
        form: the form that it is in.
        spec: what the model says of it.
        path: its name in HTML (`address.street`).
        optional: it is in a row or group that may be left out, so a browser must not insist.
        fresh: it is in a row that nobody has filled in yet.
    """

    def __init__(
        self,
        form: BaseForm[Any],
        spec: Spec,
        prefix: str = "",
        *,
        optional: bool = False,
        fresh: bool = False,
        path: str | None = None,
    ) -> None:
        self.form = form
        self.spec = spec
        self.path = prefix + spec.name if path is None else path
        self.optional = optional
        self.fresh = fresh

    @cached_property
    def id(self) -> str:
        """The `id` of its control; a group's is that of the first control in it."""
        return f"{self.form.name}-{self.path.replace('.', '-')}"

    @property
    def name(self) -> str:
        """Its name in HTML."""
        return self.path

    @property
    def required(self) -> bool:
        """Whether an empty answer is refused."""
        return self.spec.required and not self.optional

    @property
    def hint(self) -> str:
        """The model's description, in the visitor's language."""
        hint = self.spec.hint
        return translate(hint) if hint else ""

    @property
    def texts(self) -> list[str]:
        """What was sent, or what it begins with; never a secret."""
        if self.spec.secret:
            return []
        if self.fresh:
            return (
                []
                if self.spec.default is MISSING or self.spec.default is None
                else [key_of(self.spec.default)]
            )
        return self.form.texts_of(self.path)

    @property
    def raw(self) -> str | list[str]:
        """What was sent, as text; a list where several answers may be given."""
        several = {Kind.CHOICES, Kind.TEXTS, Kind.FILES}
        return self.texts if self.spec.kind in several else self.text()

    def text(self, position: int = 0) -> str:
        """One of the texts, fit for a page; empty if there is none."""
        texts = self.texts
        return controls.showable(texts[position]) if position < len(texts) else ""

    def is_plain(self, text: str) -> bool:
        """Whether a text is shown in a plain input, as the field's own type would blank it."""
        return bool(text) and not controls.is_shown(self.spec.input_type, text)

    @property
    def value(self) -> Any:
        """The typed value; None as long as the form is not valid."""
        return self.form.value_at(self.path) if self.form.valid else None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with it."""
        return self.form.problems_at(self.path)

    @property
    def errors(self) -> Errors:
        """What is wrong with it, in words; as HTML, the list that its control refers to."""
        return Errors(self.form, self.problems, self.error_id)

    @property
    def error_id(self) -> str:
        """The `id` of its list of errors."""
        return f"{self.id}-error"

    @property
    def hint_id(self) -> str:
        """The `id` of its hint."""
        return f"{self.id}-hint"

    @property
    def described_by(self) -> str | None:
        """The ids of what describes it, for `aria-describedby`."""
        ids = [self.hint_id] if self.spec.hint else []
        return " ".join([*ids, self.error_id] if self.problems else ids) or None

    @property
    def label(self) -> Label:
        """Its label; as HTML, bound to its control."""
        return Label(self)

    @property
    def input(self) -> Input:
        """Its control; call it with HTML attributes to add some."""
        return Input(self)

    @property
    def is_group(self) -> bool:
        """Whether it is several controls that share a label."""
        return self.spec.is_group

    @property
    def is_hidden(self) -> bool:
        """Whether it is not shown."""
        return self.spec.input_type == "hidden"

    @property
    def layout(self) -> str:
        """What the look makes of it: `text`, `flag`, `choice`, `texts`, `group` or `rows`."""
        return self.spec.layout

    @property
    def role(self) -> str:
        """The ARIA role of a group of controls."""
        return "radiogroup" if self.spec.kind is Kind.CHOICE else "group"

    @property
    def choices(self) -> list[Option]:
        """The radio buttons or checkboxes of a choice, one by one."""
        if not self.is_group or self.spec.kind not in {Kind.CHOICE, Kind.CHOICES}:
            return []
        return [Option(self, choice, n) for n, choice in enumerate(self.spec.choices)]

    @property
    def inputs(self) -> list[Markup]:
        """The inputs of a list of texts: those that were filled in, and one more."""
        count = len(self.texts) + 1
        if self.spec.max_items is not None:
            count = max(1, min(count, self.spec.max_items), len(self.texts))
        labelled = {"aria-label": self.label.text}
        return [controls.text_input(self, labelled, position) for position in range(count)]

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of a nested model."""
        if self.spec.kind is not Kind.GROUP:
            return ()
        return tuple(self._child(child, f"{self.path}.") for child in self.spec.children)

    @property
    def rows(self) -> list[tuple[Field, ...]]:
        """The rows of a list of nested models: those that were filled in, and one more."""
        if self.spec.kind is not Kind.ROWS:
            return []
        filled = self.form.rows_at(self.path)
        count = max(filled + 1, self.spec.min_items)
        if self.spec.max_items is not None:
            count = max(filled, min(count, self.spec.max_items))
        return [
            tuple(
                Field(
                    self.form, child, f"{self.path}.{n}.", optional=n >= filled, fresh=n >= filled
                )
                for child in self.spec.children
            )
            for n in range(count)
        ]

    def _child(self, spec: Spec, prefix: str) -> Field:
        optional = self.optional or self.spec.nullable
        return Field(self.form, spec, prefix, optional=optional, fresh=self.fresh)

    def merged(
        self, own: Mapping[str, Any], given: Mapping[str, Any], part: str
    ) -> list[tuple[str, Any]]:
        """A control's own attributes, then the caller's; classes of the look and both joined."""
        theirs = f"{own.get('class', '')} {given.get('class', '')}".strip()
        joined = self.classes(part, bool(self.problems), theirs)
        return [*{**own, **given, "class": joined or None}.items()]

    def classes(self, part: str, wrong: bool, theirs: str = "") -> str:
        """The look's classes of a part, then the model's and the caller's."""
        of = self.form.look.classes
        names = (of.get(part), theirs, of.get("invalid") if wrong else "")
        return " ".join(filter(None, names))

    def look_part(self, part: str, given: Mapping[str, Any]) -> Markup:
        """A part of it as the look writes it, with the caller's attributes."""
        return self.form.look.call(part, self, Markup(written(given.items())))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows if self.spec.kind is Kind.ROWS else self.fields)

    def __getattr__(self, name: str) -> Field:
        spec = self.__dict__.get("spec")
        for child in spec.children if spec is not None and spec.kind is Kind.GROUP else ():
            if child.name == name:
                return self._child(child, f"{self.path}.")
        raise AttributeError(f"the field {self.__dict__.get('path')!r} has no part {name!r}")

    def __html__(self) -> Markup:
        from kolba.forms.skeletons import field_html

        return field_html(self)

    def __str__(self) -> str:
        return str(self.__html__())

    def __repr__(self) -> str:
        return f"<Field {self.path!r} {self.spec.kind.value}>"


class Label:
    """The label of a field. `.text` is the words alone."""

    def __init__(self, field: Field) -> None:
        self.field = field

    @property
    def text(self) -> str:
        """The words, in the visitor's language."""
        return translate(self.field.spec.label)

    def __call__(self, **attributes: Any) -> Markup:
        return self.field.look_part("label", named(attributes))

    def __html__(self) -> Markup:
        return self()

    def __str__(self) -> str:
        return str(self())


class Input:
    """The control of a field."""

    def __init__(self, field: Field) -> None:
        self.field = field

    def __call__(self, **attributes: Any) -> Markup:
        if self.field.is_group:
            return self.field.look_part("group", named(attributes))
        return controls.control(self.field, named(attributes))

    def __html__(self) -> Markup:
        return self()

    def __str__(self) -> str:
        return str(self())


class Option:
    """One radio button or checkbox of a choice."""

    def __init__(self, field: Field, choice: Choice, number: int) -> None:
        self.field = field
        self.choice = choice
        self.id = field.id if number == 0 else f"{field.id}-{number}"
        self._number = number

    @property
    def text(self) -> str:
        """What the person reads."""
        return controls.words(self.choice)

    def input(self, **attributes: Any) -> Markup:
        """The control."""
        return controls.option(self.field, self.choice, self._number, named(attributes))


class Errors(tuple[str, ...]):
    """Messages: a tuple of texts that is also HTML."""

    form: BaseForm[Any]
    id: str

    def __new__(cls, form: BaseForm[Any], problems: tuple[Problem, ...], id: str) -> Errors:
        made = super().__new__(cls, (problem.message for problem in problems))
        made.form = form
        made.id = id
        return made

    def __html__(self) -> Markup:
        return self.form.look.call("errors", self) if self else Markup("")

    def __str__(self) -> str:
        return str(self.__html__())
