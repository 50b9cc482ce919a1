"""Bad query strings and bodies: what is sent, the right answer, and what plain Flask says.

Written in own words after RFC 9110, 9112, 7578 and 8259, the CVEs named, and the test
suites of Werkzeug, Django, h11, aiohttp and gunicorn. `same` as Flask's answer means that
Flask is right too, and Kolba must not spoil it.
"""

from __future__ import annotations

from dataclasses import dataclass

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=BB"
JSON = "application/json"


@dataclass(frozen=True)
class Bad:
    """One bad request.

    Attributes:
        right: the status that Kolba answers.
        flask: the status that plain Flask answers on the same server.
        holds: what the right answer holds.
        cut: the client stops sending and half-closes.
    """

    name: str
    raw: bytes
    right: int
    flask: int
    holds: str = ""
    cut: bool = False


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode("latin1")


def post(path: str, kind: str, body: bytes, length: int | None = None, more: str = "") -> bytes:
    size = len(body) if length is None else length
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n{more}"
    return f"{head}Content-Length: {size}\r\nConnection: close\r\n\r\n".encode("latin1") + body


def chunked(path: str, kind: str, *chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
    head += "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    return head.encode() + b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in chunks) + end


def part(head: str, data: bytes, end: bytes = b"\r\n--BB--\r\n") -> bytes:
    return f"--BB\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode("latin1") + data + end


def upload(name: str, right: str) -> Bad:
    body = part(f'name="f"; filename="{name}"', b"data")
    return Bad(f"file name {name[:20]!r}", post("/form", MULTIPART, body), 200, 200, right)


QUERIES = [
    Bad("query: bytes that are no UTF-8", get("/echo?a=%ff%fe"), 200, 200, '["%FF%FE"]'),
    Bad("query: encoded twice", get("/echo?a=%252e"), 200, 200, '["%2e"]'),
    Bad("query: lone percent", get("/echo?a=%"), 200, 200, '["%"]'),
    Bad("query: empty names", get("/echo?=&&&=&a"), 200, 200, '"a":[""]'),
    Bad(
        "query: 15,000 fields", get("/echo?" + "a=1&" * 15_000), 400, 200, "KOLBA_MAX_QUERY_FIELDS"
    ),
    Bad("query: a name twice", get("/echo?a=1&a=2"), 200, 200, '["1","2"]'),
    Bad("query: an encoded surrogate", get("/echo?a=%ed%a0%80"), 200, 200, "%ED%A0%80"),
    Bad("query: 4,000 brackets", get("/echo?" + "a[b]" * 4000 + "=1"), 200, 200, "a[b]a[b]"),
]

FORMS = [
    Bad("encoded twice", post("/form", URLENCODED, b"a=%252e"), 200, 200, '["%2e"]'),
    Bad("lone percent", post("/form", URLENCODED, b"a=%&b=%zz"), 200, 200, '"%zz"'),
    Bad("bytes that are no UTF-8", post("/form", URLENCODED, b"a=%ff%fe"), 200, 200, "%FF%FE"),
    Bad("raw bytes that are no UTF-8", post("/form", URLENCODED, b"a=x\xff&b=1"), 200, 200, '"b"'),
    Bad(
        "charset=utf-7", post("/form", URLENCODED + "; charset=utf-7", b"a=+ADw-"), 200, 200, "ADw-"
    ),
    Bad(
        "over MAX_CONTENT_LENGTH, declared",
        post("/form", URLENCODED, b"a=" + b"x" * 1_200_000),
        413,
        413,
        "MAX_CONTENT_LENGTH",
    ),
    Bad(
        "over MAX_CONTENT_LENGTH, chunked",
        chunked("/form", URLENCODED, b"a=" + b"x" * 400_000, b"y" * 400_000, b"z" * 400_000),
        413,
        200,
        "MAX_CONTENT_LENGTH",
    ),
    Bad(
        "over MAX_CONTENT_LENGTH, chunked, read as bytes",
        chunked("/echo", "text/plain", b"x" * 600_000, b"y" * 600_000),
        413,
        200,
        "MAX_CONTENT_LENGTH",
    ),
    Bad(
        "exactly MAX_CONTENT_LENGTH, chunked",
        chunked("/echo", "text/plain", b"x" * 500_000, b"y" * 500_000),
        200,
        200,
        '"n":1000000',
    ),
    Bad(
        "a declared length that does not arrive",
        post("/form", URLENCODED, b"a=1", length=10),
        400,
        200,
        "3 arrived",
        cut=True,
    ),
    Bad(
        "a declared length that does not arrive, read as bytes",
        post("/echo", "text/plain", b"a=1", length=10),
        400,
        200,
        "3 arrived",
        cut=True,
    ),
    Bad("no Content-Type", post("/form", "", b"a=1"), 200, 200, '"f":{}'),
    Bad("an empty boundary", post("/form", "multipart/form-data; boundary=", b"--\r\n"), 400, 200),
    Bad("no boundary", post("/form", "multipart/form-data", b"--BB\r\n"), 400, 200, "boundary"),
    # The server leaves out a header that is not ASCII: the app sees no form at all.
    Bad("a boundary of \xe0", post("/form", "multipart/form-data; boundary=\xe0", b"x"), 200, 200),
    Bad(
        "a boundary of 5,000 bytes",
        post(
            "/form",
            "multipart/form-data; boundary=" + "B" * 5000,
            b"--" + b"B" * 5000 + b"\r\n\r\n--" + b"B" * 5000 + b"--\r\n",
        ),
        400,
        200,
        "1 to 100",
    ),
    Bad(
        "multipart without its last boundary",
        post("/form", MULTIPART, part('name="f"; filename="x.txt"', b"data", b"\r\n")),
        400,
        200,
        "cut",
    ),
    Bad(
        "chunked multipart, cut by the client",
        chunked("/form", MULTIPART, part('name="a"', b"data", b""), end=b""),
        400,
        200,
        "cut",
        cut=True,
    ),
    Bad(
        "a part's head of 500 kB",
        post("/form", MULTIPART, part('name="a"; x="' + "a" * 600_000 + '"', b"1")),
        413,
        413,
        "MAX_FORM_MEMORY_SIZE",
    ),
    Bad(
        "a text field of 600 kB",
        post("/form", MULTIPART, part('name="a"', b"x" * 600_000)),
        413,
        413,
        "MAX_FORM_MEMORY_SIZE",
    ),
    Bad(
        "1,001 parts",
        post("/form", MULTIPART, part('name="a"', b"", b"\r\n") * 1001 + b"--BB--\r\n"),
        413,
        413,
        "MAX_FORM_PARTS",
    ),
    upload("../../hax.txt", '[["hax.txt",4]]'),
    upload("/tmp/hax.txt", '[["hax.txt",4]]'),
    # In a header a backslash only quotes what follows it.
    upload("..\\..\\hax.txt", '[["....hax.txt",4]]'),
    upload("..\\\\..\\\\hax.txt", '[["hax.txt",4]]'),
    upload("C:\\Windows\\hax.txt", '[["C_Windowshax.txt",4]]'),
    upload("sub/hax.txt", '[["hax.txt",4]]'),
    upload("..&#x2F;hax.txt", '[["..&#x2F;hax.txt",4]]'),
    upload(".htaccess", '[[".htaccess",4]]'),
    upload("..", '[["",4]]'),
    upload("", '[["",4]]'),
    upload("a" * 300 + ".txt", "aaa.txt"),
    Bad(
        "a file name that is no UTF-8",
        post("/form", MULTIPART, part('name="f"; filename="\xff\xfe.txt"', b"data")),
        400,
        200,
        "not well formed",
    ),
    Bad(
        "filename* in an unknown charset",
        post("/form", MULTIPART, part("name=\"f\"; filename*=BOGUS''a%20b", b"d")),
        200,
        200,
    ),
    Bad(
        "a base64 part with broken data",
        post(
            "/form",
            MULTIPART,
            part('name="f"; filename="f"\r\nContent-Transfer-Encoding: base64', b"!!!!"),
        ),
        200,
        200,
        '[["f",4]]',
    ),
    Bad(
        "line ends of LF alone",
        post("/form", MULTIPART, b'--BB\nContent-Disposition: form-data; name="a"\n\n1\n--BB--\n'),
        200,
        200,
        '{"a":["1"]}',
    ),
    Bad("3,000 brackets", post("/form", URLENCODED, b"a" + b"[b]" * 3000 + b"=1"), 200, 200, "[b]"),
    Bad(
        "3,000 dots", post("/typed", URLENCODED, b"a" + b".b" * 3000 + b"=1"), 200, 404, '{"a":""}'
    ),
    Bad("a NUL in a typed field", post("/typed", URLENCODED, b"a=x%00y"), 422, 404, "NUL"),
    Bad(
        "_method is no method",
        post("/form", URLENCODED, b"_method=DELETE", more="X-HTTP-Method-Override: DELETE\r\n"),
        200,
        200,
        "_method",
    ),
    Bad(
        "20,000 quotes in the Content-Type",
        post("/form", URLENCODED + '; a="' + '\\"' * 19_000 + '"', b"a=1"),
        200,
        200,
        '{"a":["1"]}',
    ),
    Bad(
        "preamble and epilogue",
        post("/form", MULTIPART, b"hello\r\n" + part('name="a"', b"1") + b"goodbye"),
        200,
        200,
        '{"a":["1"]}',
    ),
    Bad(
        "boundary text in the data",
        post("/form", MULTIPART, part('name="f"; filename="f"', b"x\r\n--BBX\r\ny")),
        200,
        200,
        '[["f",11]]',
    ),
    Bad(
        "data of one line break",
        post("/form", MULTIPART, part('name="f"; filename="f"', b"\r\n")),
        200,
        200,
        '[["f",2]]',
    ),
    Bad("a missing field", post("/need", URLENCODED, b""), 400, 400, "&#39;x&#39;"),
    Bad(
        "a body of a GET",
        get("/echo").replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\na=1"),
        200,
        200,
    ),
]

JSONS = [
    Bad("broken", post("/json", JSON, b'{"a":'), 400, 400, "line 1, column 6"),
    Bad("100,000 open brackets", post("/json", JSON, b"[" * 100_000), 400, 500, "MAX_JSON_DEPTH"),
    Bad(
        "100,000 nested lists",
        post("/json", JSON, b"[" * 100_000 + b"]" * 100_000),
        400,
        500,
        "MAX_JSON_DEPTH",
    ),
    Bad("brackets in a text", post("/json", JSON, b'["' + b"[" * 5000 + b'"]'), 200, 200, "list"),
    Bad("NaN", post("/json", JSON, b"[NaN,Infinity]"), 400, 200, "NaN"),
    Bad("NaN in a text", post("/json", JSON, b'["NaN \\" Infinity"]'), 200, 200, "list"),
    Bad("a lone surrogate", post("/json", JSON, b'"\\ud800"'), 200, 200, "ud800"),
    Bad("a key twice: the last one counts", post("/json", JSON, b'{"a":1,"a":2}'), 200, 200, ":2}"),
    Bad("UTF-16", post("/json", JSON, '\ufeff{"a":1}'.encode("utf-16-le")), 200, 200, "dict"),
    Bad("bytes that are no UTF-8", post("/json", JSON, b'{"a":"\xff"}'), 400, 400),
    Bad("the wrong type", post("/json", "text/plain", b"{}"), 415, 415),
]

ALL = [*QUERIES, *FORMS, *JSONS]
