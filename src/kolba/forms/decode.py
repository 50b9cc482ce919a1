"""From what was sent to what a model takes, and to what a page shows again.

Names are paths: `address.street` is in the group `address`, `lines.0.amount` in the first
row of `lines`. Only declared fields are taken. Each key of the request is looked at once,
so the cost grows with what was sent and not faster.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kolba.forms.problems import Problem
from kolba.forms.spec import MISSING, Kind, Spec, key_of

Path = tuple[str | int, ...]

MAX_DEPTH = 16
_YES = frozenset({"on", "true", "1", "yes", "y", "t"})
_NO = frozenset({"off", "false", "0", "no", "n", "f"})
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)
# What is not sent of these has the model's default, so a page shows that.
_SHOWN_BY_DEFAULT = frozenset({Kind.TEXT, Kind.NUMBER, Kind.CHOICE, Kind.JSON})
_SEVERAL = frozenset({Kind.FLAG, Kind.CHOICES, Kind.TEXTS})
# The keys under which a tree keeps what came under a name itself.
_VALUES, _FILES = 0, 1


@dataclass
class Sent:
    """What was sent, in both shapes.

    Attributes:
        raw: the texts by path, for showing them again.
        rows: how many rows each list of nested models has.
        data: what the model judges.
        problems: what could be told without the model.
    """

    raw: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def decode(
    specs: tuple[Spec, ...],
    texts: Iterable[tuple[str, list[str]]],
    files: Mapping[str, list[Any]],
    *,
    complete: bool,
    skeletons: Mapping[str, Mapping[str, list[str]]] | None = None,
) -> Sent:
    """Read form fields.

    Args:
        texts: every name with its values.
        files: the uploads by name.
        complete: they come from a form, so what is absent was left empty (an unticked
            box); else (a query string) what is absent has its default.
        skeletons: what an untouched row of each list looks like; such rows are dropped.
    """
    tree: dict[Any, Any] = {}
    for name, values in texts:
        _node(tree, name)[_VALUES] = values
    for name, uploads in files.items():
        _node(tree, name)[_FILES] = uploads
    reader = _Reader(complete, skeletons or {})
    reader.sent.data = reader.group(specs, tree, (), "")[0]
    return reader.sent


def _node(root: dict[Any, Any], name: str) -> dict[Any, Any]:
    """The place of a name in the tree of all names."""
    node = root
    for part in name.split(".", MAX_DEPTH):
        node = node.setdefault(part, {})
    return node


class _Reader:
    def __init__(
        self,
        complete: bool,
        skeletons: Mapping[str, Mapping[str, list[str]]],
    ) -> None:
        self.complete = complete
        self.skeletons = skeletons
        self.sent = Sent()

    def group(
        self, specs: tuple[Spec, ...], tree: Mapping[Any, Any], at: Path, shown: str
    ) -> tuple[dict[str, Any], bool]:
        """The values of a group, and whether anything in it was filled in.

        Args:
            at: where the group is for the model.
            shown: the same as a prefix of names (rows are numbered anew).
        """
        data: dict[str, Any] = {}
        filled = False
        for spec in specs:
            value, touched = self.one(spec, tree.get(spec.name, {}), (*at, spec.name), shown)
            filled |= touched
            if value is not MISSING:
                data[spec.name] = value
        return data, filled

    def one(self, spec: Spec, node: Mapping[Any, Any], at: Path, shown: str) -> tuple[Any, bool]:
        path = shown + spec.name
        match spec.kind:
            case Kind.GROUP:
                if spec.nullable and _untouched(node, {}, spec):
                    return None, False
                return self.group(spec.children, node, at, f"{path}.")
            case Kind.ROWS:
                rows = self.rows(spec, node, at, path)
                return (rows if rows or self.complete else MISSING), bool(rows)
            case Kind.FILE | Kind.FILES:
                chosen = [file for file in node.get(_FILES, ()) if file.filename]
                return self.uploads(spec, chosen, at), bool(chosen)
        values = [text.replace("\r\n", "\n") for text in node.get(_VALUES, ())]
        if _VALUES in node:
            several = spec.kind is Kind.TEXTS
            self.sent.raw[path] = [text for text in values if text] if several else values
        elif spec.kind in _SHOWN_BY_DEFAULT and spec.default is not MISSING and self.complete:
            self.sent.raw[path] = [] if spec.default is None else [_text(spec.default)]
        if any("\0" in text for text in values):
            self.sent.problems.append(Problem(at, "nul"))
            return MISSING, True
        return self.leaf(spec, values, at), any(values)

    def rows(self, spec: Spec, node: Mapping[Any, Any], at: Path, path: str) -> list[Any]:
        numbers = sorted(int(k) for k in node if isinstance(k, str) and _is_index(k))
        skeleton = self.skeletons.get(spec.name, {})
        rows: list[Any] = []
        for number in numbers:
            tree = node[str(number)]
            if _untouched(tree, skeleton, spec):
                continue
            place = f"{path}.{len(rows)}."
            rows.append(self.group(spec.children, tree, (*at, len(rows)), place)[0])
        self.sent.rows[path] = len(rows)
        return rows

    def uploads(self, spec: Spec, chosen: list[Any], at: Path) -> Any:
        if spec.kind is Kind.FILES:
            if spec.max_items is not None and len(chosen) > spec.max_items:
                limit = {"max_length": spec.max_items}
                self.sent.problems.append(Problem(at, "too_many_files", values=limit))
                return MISSING
            return chosen
        if len(chosen) > 1:
            self.sent.problems.append(Problem(at, "one_file"))
            return MISSING
        return chosen[0] if chosen else (None if spec.nullable else MISSING)

    def leaf(self, spec: Spec, values: list[str], at: Path) -> Any:
        match spec.kind:
            case Kind.FLAG:
                return self.flag(values)
            case Kind.CHOICES:
                chosen = [_chosen(spec, key) for key in values if key]
                return chosen if values or self.complete else MISSING
            case Kind.TEXTS:
                child = spec.children[0]
                filled = [_plain(child, text) for text in values if text]
                return filled if values or self.complete else MISSING
        if not values:
            return MISSING
        text = values[0]
        if text == "":
            return _empty(spec)
        if spec.kind is Kind.CHOICE:
            return _chosen(spec, text)
        return self.json(text, at) if spec.kind is Kind.JSON else _plain(spec, text)

    def flag(self, values: list[str]) -> Any:
        if not values:
            return False if self.complete else MISSING
        # The last one: a form may send "no" beside every box, for when it is not ticked.
        word = values[-1].lower()
        return True if word in _YES else False if word in _NO else values[-1]

    def json(self, text: str, at: Path) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            self.sent.problems.append(Problem(at, "json_invalid"))
            return MISSING


def _is_index(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 7 and str(int(key)) == key


def _untouched(
    tree: Mapping[Any, Any], skeleton: Mapping[str, list[str]], spec: Spec | None, prefix: str = ""
) -> bool:
    """Whether nothing was filled in; of a field that has one value only the first is looked at."""
    for name, node in tree.items():
        if name == _FILES:
            return False
        if name == _VALUES:
            taken = node if spec is None or spec.kind in _SEVERAL else node[:1]
            if any(taken) and node != skeleton.get(prefix):
                return False
            continue
        path = f"{prefix}.{name}" if prefix else name
        if not _untouched(node, skeleton, _child(spec, name), path):
            return False
    return True


def _child(spec: Spec | None, name: str) -> Spec | None:
    """What stands below a field under this name: a field, or a row."""
    if spec is None or (spec.kind is Kind.ROWS and _is_index(name)):
        return spec
    return next((child for child in spec.children if child.name == name), None)


def _empty(spec: Spec) -> Any:
    if spec.nullable:
        return None
    if spec.kind is Kind.CHOICE and any(choice.key == "" for choice in spec.choices):
        return _chosen(spec, "")
    return "" if spec.takes_empty and not spec.required else MISSING


def _chosen(spec: Spec, key: str) -> Any:
    """The value behind a key; an unknown key as it came, for the model to refuse."""
    return next((choice.value for choice in spec.choices if choice.key == key), key)


def _plain(spec: Spec, text: str) -> Any:
    if spec.kind is Kind.NUMBER and not _NUMBER.fullmatch(text):
        # Python's own "nan" and "1_000" are nobody's numbers: no parser takes this.
        return f"?{text}"
    return text


def encode(specs: tuple[Spec, ...], data: Mapping[str, Any]) -> Sent:
    """The texts that a page shows for values (defaults, an object to edit, a JSON body)."""
    sent = Sent(data=dict(data))
    _encode_group(specs, data, "", sent)
    return sent


def _encode_group(specs: tuple[Spec, ...], data: Any, shown: str, sent: Sent) -> None:
    if not isinstance(data, Mapping):
        return
    for spec in specs:
        if spec.name in data:
            _encode_one(spec, data[spec.name], shown + spec.name, sent)


def _encode_one(spec: Spec, value: Any, path: str, sent: Sent) -> None:
    match spec.kind:
        case Kind.GROUP:
            _encode_group(spec.children, value, f"{path}.", sent)
        case Kind.ROWS if isinstance(value, (list, tuple)):
            sent.rows[path] = len(value)
            for number, row in enumerate(value):
                _encode_group(spec.children, row, f"{path}.{number}.", sent)
        case Kind.CHOICES | Kind.TEXTS if isinstance(value, (list, tuple, set, frozenset)):
            sent.raw[path] = [_text(item) for item in value]
        case Kind.FILE | Kind.FILES:
            pass
        case Kind.JSON:
            sent.raw[path] = [] if value is None else [_json(value)]
        case _:
            sent.raw[path] = [] if value is None else [_text(value)]


def _text(value: Any) -> str:
    return _json(value) if isinstance(value, (dict, list)) else key_of(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
