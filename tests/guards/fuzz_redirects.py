"""The redirect guard against a browser's own URL parser, on generated targets.

    .venv/bin/python -m tests.guards.fuzz_redirects 100000 [SEED]

Two claims: what the guard lets through, a browser does not leave the site by;
what an ordinary site redirects to, the guard lets through.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from werkzeug.urls import iri_to_uri

from kolba import Kolba
from kolba.guards import redirects

BASES = ("http://example.test/shop/cart?x=1", "https://example.test/shop/cart")
SCRIPT = Path(__file__).with_name("browser_urls.mjs")
PIECES = (
    *"/\\@:?#.%;&=[]-_~!$'()*+, \t\r\n\x00\x01\x08\x0b\x0c\x1b\x7f|^`{}<>\"",
    *"//\\/",
    *("http", "https", "HTTP", "hTtps", "ws", "file", "data", "javascript", "ftp", "about", "x"),
    *("evil.test", "example.test", "EXAMPLE.test", "evil", "localhost", "127.0.0.1", "[::1]"),
    *("example.test.evil.test", "example.test:80", "example.test:443", ":8443", ":0080", "0x7f.1"),
    *("a", "orders", "next=", "..", "./", "%2f", "%5c", "%00", "%09", "%2e%2e", "user:pass@"),
    *("é", "／", "。", "\u2028", "\u200b", "\ufeff", "ß", "пример.рф", "\U0001f600", "℀", "\u00ad"),
)
FRAMES = (
    "{}//evil.test",
    "/{}/evil.test",
    "//{}evil.test",
    "http:{}evil.test",
    "https:{}//evil.test",
    "h{}ttp://evil.test",
    "{}\\\\evil.test",
    "http://example.test{}evil.test",
    "//example.test{}",
    "https://example.test{}/a",
    "javascript{}:alert(1)",
    "/orders{}",
    "{}",
)


def generated(count: int, seed: int) -> Iterator[str]:
    """Targets: single pieces put into frames that nearly work, and long runs of pieces."""
    chance = random.Random(seed)
    for number in range(count):
        length = chance.choice((1, 1, 2, 2, 3, 4, 6))
        text = "".join(chance.choices(PIECES, k=length))
        yield text if number % 3 == 0 else chance.choice(FRAMES).replace("{}", text)


def ordinary() -> list[str]:
    """A thousand targets as sites write them, all on the site."""
    paths = ["/", "/orders", "/orders/7/edit", "/a/b/", "/search", "/ru/zakazy", "/é", "/заказы"]
    queries = [
        "",
        "?page=2",
        "?q=a+b",
        "?next=/x",
        "?next=http://evil.test",
        "?u=a%2Fb",
        "?e=a@b.c",
    ]
    tails = ["", "#top", "#/route", "#id=7:a", "#!x"]
    made = [path + query + tail for path in paths for query in queries for tail in tails]
    made += [base + target for base in ("http://example.test", "//example.test") for target in made]
    made += ["", "?", "?page=2", "#x", "edit", "./edit", "../orders", "orders/7"]
    made += [f"/item/{n}?ref={n}" for n in range(1000 - len(made))]
    return made


def browser(node: str, pairs: list[tuple[str, str]]) -> list[str | None]:
    """The origins that a browser would go to."""
    done = subprocess.run(
        [node, str(SCRIPT)],
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    answer: list[str | None] = json.loads(done.stdout)
    return answer


def guard(app: Flask, target: str, base: str) -> bool:
    """Whether the guard lets a target through, for a request that came to `base`."""
    environ = {"wsgi.url_scheme": base.partition(":")[0], "HTTP_HOST": "example.test"}
    return redirects.verdict(redirects.settings_of(app), environ, target) is None


def sent(target: str) -> str:
    """The target as Werkzeug sends it in a `Location`; as it is, where Werkzeug would fail."""
    try:
        return iri_to_uri(target)
    except ValueError:
        return target


def leaks(node: str, targets: list[str]) -> list[tuple[str, str, str | None]]:
    """What the guard lets through and a browser leaves the site by."""
    app = Kolba(__name__)
    pairs = [(form, base) for t in targets for form in {t, sent(t)} for base in BASES]
    passed = [(form, base) for form, base in pairs if guard(app, form, base)]
    out = []
    for (form, base), origin in zip(passed, browser(node, passed), strict=True):
        here = base.split("/shop")[0]
        if origin not in (None, here, "https://example.test"):
            out.append((form, base, origin))
    return out


def refused(targets: list[str]) -> list[str]:
    """Ordinary targets that the guard does not let through."""
    app = Kolba(__name__)
    return [t for t in targets if not guard(app, redirects._as_sent(t), BASES[0])]


def main() -> int:
    """Run the two claims on as many targets as the command line says."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
    targets = list(generated(count, seed))
    app = Kolba(__name__)
    through = sum(guard(app, t, BASES[0]) for t in targets)
    bad, over = leaks("node", targets), refused(ordinary())
    print(f"{count} targets, seed {seed}: {through} let through, {len(bad)} leave the site")
    print(f"{len(ordinary())} ordinary targets: {len(over)} refused")
    for line in [*bad[:20], *over[:20]]:
        print("  ", repr(line))
    return 1 if bad or over else 0


if __name__ == "__main__":
    sys.exit(main())
