"""Random URL maps, and requests that are nearly right for them.

Everything is drawn from a `random.Random`, so that Hypothesis can shrink it (`st.randoms`) and a
plain loop over seeds can run it fast. Invariant: the same draws give the same map.
"""

from __future__ import annotations

import uuid
from random import Random
from typing import Any

from werkzeug.routing import BaseConverter, IntegerConverter, Map, Rule, ValidationError

METHODS = ("GET", "POST", "HEAD", "PUT", "get", "BREW", "")
ENDPOINTS = ("one", "two", ("three", 3))
SOME_UUID = str(uuid.UUID(int=2**100 + 7))


class EvenConverter(IntegerConverter):
    """Refuses odd numbers by ValidationError, in both directions."""

    def to_python(self, value: str) -> int:
        """Return an even int."""
        number: int = super().to_python(value)
        if number % 2:
            raise ValidationError
        return number

    def to_url(self, value: Any) -> str:
        """Return an even number's digits."""
        if int(value) % 2:
            raise ValidationError
        return super().to_url(value)


class PairConverter(BaseConverter):
    """Has groups of its own in its expression, and returns a tuple."""

    regex = r"(\d)(?:x|-)(?P<other>\d)"

    def to_python(self, value: str) -> tuple[str, str]:
        """Return both digits."""
        return value[0], value[-1]

    def to_url(self, value: Any) -> str:
        """Join both digits."""
        return f"{value[0]}-{value[-1]}"


class BoomConverter(BaseConverter):
    """Raises something that is no routing exception."""

    def to_python(self, value: str) -> str:
        """Raise KeyError for some values."""
        if "a" in value:
            raise KeyError(value)
        return value

    def to_url(self, value: Any) -> str:
        """Raise KeyError for some values."""
        if "a" in str(value):
            raise KeyError(value)
        return super().to_url(value)


class MaybeConverter(BaseConverter):
    """Matches the empty text too."""

    regex = "a?"


class AllConverter(BaseConverter):
    """Matches everything, slashes and nothing included."""

    regex = ".*?"
    part_isolating = False


class LooseConverter(BaseConverter):
    """An expression that is only right by chance: it breaks out of its group."""

    regex = "a)|(b"


class NumberlessConverter(BaseConverter):
    """Returns no str when it builds."""

    def to_url(self, value: Any) -> Any:
        """Return the value as it is."""
        return value


class ShoutConverter(BaseConverter):
    """Only its expression is its own."""

    regex = "[A-Z]+"


CONVERTERS: dict[str, Any] = {
    "even": EvenConverter,
    "pair": PairConverter,
    "boom": BoomConverter,
    "maybe": MaybeConverter,
    "all": AllConverter,
    "loose": LooseConverter,
    "numberless": NumberlessConverter,
    "shout": ShoutConverter,
}

#: What stands before the name in a rule, and texts that are right or nearly right for it.
PIECES: dict[str, tuple[str, ...]] = {
    "": ("a", "b", "1", "a-b", ""),
    "int:": ("1", "42", "007", "٣", "²", "-1", "1\n", "9" * 40),
    "int(min=2, max=50):": ("1", "2", "50", "51"),
    "int(fixed_digits=2):": ("01", "1", "111", "٣٣"),
    "int(signed=True):": ("-5", "5", "--5", "-٣"),
    "float:": ("1.5", "1.", "1", "٣.٣", "1.5e3"),
    "float(signed=True, max=3):": ("-1.5", "3.5"),
    "string(length=2):": ("ab", "a", "abc", "é1"),
    "string(minlength=2, maxlength=3):": ("ab", "abcd"),
    'any(a, b, "x-y"):': ("a", "x-y", "c"),
    "path:": ("a", "a/b", "a//b", "/a", "a/b/", "a\nb", "\na", ""),
    "uuid:": (SOME_UUID, SOME_UUID.upper(), SOME_UUID[1:]),
    "even:": ("2", "3", "10"),
    "pair:": ("1-2", "1x2", "1+2"),
    "boom:": ("b", "a"),
    "maybe:": ("", "a", "aa"),
    "all:": ("", "a", "a/b", "/"),
    "loose:": ("a", "b", "ab"),
    "numberless:": ("a", "1"),
    "shout:": ("A", "ABC", "a"),
}
#: Domain rules, and a domain that fits each.
DOMAINS = {
    "api": "api",
    "<d>": "me",
    "u-<d>": "u-me",
    "<int:d>": "7",
    "<path:d>": "a/b",
    "x.org": "x.org",
    "é": "é",
}
LITERALS = ("a", "b", "1", "p1-", "p2-", "p10-", "-a", "-b", "x.y", "é", "%41", "a b", "~", "(")
ODD = ("", "/", "//", "a", "\n", "%2F", "\x00", "\ud800", "\u2028", "é", "۱", "?", "x" * 90)


class RuleSpec:
    """A rule's words, kept so that paths can be made of them."""

    def __init__(self, segments: list[list[str]], slash: bool, options: dict[str, Any]) -> None:
        self.segments = segments
        self.slash = slash
        self.options = options
        self.names: list[str] = []

    def text(self) -> str:
        """Return the rule as Werkzeug writes it; a piece of a converter begins with "<"."""
        self.names = []
        segments = ["".join(map(self._piece, segment)) for segment in self.segments]
        return "/" + "/".join(segments) + ("/" if self.slash else "")

    def _piece(self, piece: str) -> str:
        if not piece.startswith("<"):
            return piece
        self.names.append(f"v{len(self.names)}")
        return f"{piece}{self.names[-1]}>"

    def path(self, rng: Random) -> str:
        """Return a path that is likely to match."""
        segments = []
        for segment in self.segments:
            texts = [_text_for(rng, p[1:]) if p.startswith("<") else p for p in segment]
            segments.append("".join(texts))
        return "/" + "/".join(segments) + ("/" if self.slash else "")


def _text_for(rng: Random, piece: str) -> str:
    # The first text is always right, so that there are hits enough.
    return PIECES[piece][0] if rng.random() < 0.6 else rng.choice(PIECES[piece])


def draw_map(rng: Random) -> tuple[Map, list[RuleSpec]] | None:
    """Return a map of a few rules that get into each other's way; None if it has no valid form."""
    host_matching = rng.random() < 0.15
    specs = [_draw_rule(rng, host_matching) for _ in range(rng.choice((1, 2, 3, 5, 8, 13)))]
    url_map = Map(
        strict_slashes=rng.random() < 0.8,
        merge_slashes=rng.random() < 0.8,
        redirect_defaults=rng.random() < 0.8,
        sort_parameters=rng.random() < 0.2,
        host_matching=host_matching,
        converters=CONVERTERS,
    )
    for spec in specs:
        try:
            url_map.add(Rule(spec.text(), **_options(rng, spec)))
        except (ValueError, KeyError, TypeError):
            # A default that its own converter refuses, for example.
            return None
    return url_map, specs


def draw_crowd(rng: Random) -> tuple[Map, list[RuleSpec]]:
    """Return a map whose nodes are crowded enough for an index of literals."""
    heads = rng.sample(("", "p", "p1", "p1-", "p10-", "p2-", "q-", "é."), 4)
    tails = rng.sample(("", "-", "-x", "-xy", ".x", "-1", "/x", "/x/"), 4)
    kinds = rng.sample(("<", "<int:", "<path:", "<shout:", "<loose:", "<all:", "<pair:"), 3)
    specs = []
    for head in heads:
        for tail in tails:
            segment = [piece for piece in (head, rng.choice(kinds), tail) if piece]
            specs.append(RuleSpec([segment], False, {}))
    rng.shuffle(specs)
    url_map = Map(converters=CONVERTERS)
    for number, spec in enumerate(specs):
        url_map.add(Rule(spec.text(), endpoint=number))
    return url_map, specs


def _draw_rule(rng: Random, host_matching: bool) -> RuleSpec:
    segments: list[list[str]] = []
    for _ in range(rng.choice((0, 1, 1, 2, 2, 3))):
        pieces = []
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            if rng.random() < 0.45:
                pieces.append(rng.choice(LITERALS))
            else:
                pieces.append("<" + rng.choice(list(PIECES)))
        segments.append(pieces if rng.random() < 0.95 else [])
    options: dict[str, Any] = {"endpoint": rng.choice(ENDPOINTS)}
    if rng.random() < 0.5:
        options["methods"] = rng.choice((["GET"], ["POST"], ["GET", "PUT"], ["post", "GET"], []))
    if rng.random() < 0.25:
        options["strict_slashes"] = rng.random() < 0.4
    if rng.random() < 0.2:
        options["merge_slashes"] = rng.random() < 0.5
    if rng.random() < 0.1 and not set(options.get("methods", ())) & {"POST", "PUT", "post"}:
        options["websocket"] = True
    if rng.random() < 0.1:
        options["build_only"] = True
    if rng.random() < 0.1:
        options["alias"] = True
    if rng.random() < (0.8 if host_matching else 0.3):
        domain = rng.choice(
            ("x.org", "api", "<d>", "u-<d>", "<int:d>", "<path:d>", "www.x.org", "é")
        )
        options["host" if host_matching else "subdomain"] = domain
    return RuleSpec(segments, bool(segments) and rng.random() < 0.4, options)


def _options(rng: Random, spec: RuleSpec) -> dict[str, Any]:
    options = dict(spec.options)
    if rng.random() < 0.2:
        names = [name for name in spec.names if rng.random() < 0.5]
        if rng.random() < 0.5:
            names.append("v0" if rng.random() < 0.5 else "extra")
        options["defaults"] = {name: rng.choice((1, "a", "1", 2, None)) for name in names}
    if rng.random() < 0.08:
        name = spec.names[0] if spec.names else "v0"
        options["redirect_to"] = rng.choice((f"/to/<{name}>", "to", _redirect_to))
    return options


def _redirect_to(adapter: Any, **values: Any) -> str:
    return f"{adapter.subdomain}/{sorted(values)}"


def draw_path(rng: Random, spec: RuleSpec) -> str:
    """Return a path made for the rule, often spoiled."""
    path = spec.path(rng)
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        at = rng.randrange(len(path) + 1)
        match rng.randrange(5):
            case 0:
                path = path[:at] + rng.choice(ODD) + path[at:]
            case 1:
                path = path[:at] + path[at + 1 :]
            case 2:
                path += "/"
            case 3:
                path = path.replace("/", rng.choice(("//", "///")), rng.choice((1, 9)))
            case 4:
                path = path.rstrip("/")
    return path


def draw_bind(rng: Random, host_matching: bool, spec: RuleSpec) -> dict[str, Any]:
    """Return arguments of `Map.bind`, mostly those under which the rule can match."""
    bind: dict[str, Any] = {
        "server_name": "x.org",
        "script_name": rng.choice((None, "/app", "/app/")),
        "url_scheme": rng.choice(("http",) * 8 + ("https", "ws", "wss", "")),
        "default_method": rng.choice(("GET", "GET", "GET", "POST", "get")),
        "query_args": rng.choice((None, "a=1&b", {"q": ["1", "é"]})),
    }
    fitting = rng.random() < 0.9
    if host_matching:
        host = DOMAINS.get(spec.options.get("host", ""), "x.org")
        bind["server_name"] = host if fitting else rng.choice(("x.org", "7", "u-me"))
    elif fitting:
        bind["subdomain"] = DOMAINS.get(spec.options.get("subdomain", ""), "")
    else:
        bind["subdomain"] = rng.choice(("", "api", "u-me", "7", "a/b", None))
    return bind
