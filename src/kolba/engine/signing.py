"""Flask's signed session cookie, with the keys derived once and proved cookies remembered.

Invariant: `CookieSigner` says what `itsdangerous.URLSafeTimedSerializer`, built as Flask builds
it, would say at the same moment: the same string, the same dict, the same exception. Whatever it
does not know to be the same (a bad signature, an odd payload, a JSON provider or tags of the
app's own) it hands to a real one; other configurations get no signer at all.

    compile_signer(keys, salt, key_derivation, digest_method, serializer) -> CookieSigner | None
        keys: tuple, oldest first, as Flask passes them: (*SECRET_KEY_FALLBACKS, secret_key)
    CookieSigner.keys                                   to compare with the app's present ones
    CookieSigner.dumps(value: dict) -> str
    CookieSigner.loads(cookie: str, max_age: int | None) -> dict      a new one on every call
    CookieSigner.verified(cookie: str, max_age: int | None) -> Entry | None
        an Entry if `loads` would not raise now, and would give a dict; else, or not known, None
    CookieSigner.holds(cookie: str, max_age: int) -> bool
        whether `verified` gives an entry, for who knows that the JSON provider is Flask's own
    CookieSigner.session(entry: Entry) -> dict          what `loads` would have given at that
        moment, new on every call; for who opens late what was found good early
    Entry.permanent: bool                               the truth of session.permanent
    Entry.timestamp: int                                when it was signed

Both use the JSON provider of `current_app`, as Flask's serializer does. A cookie enters the
cache only after its signature was found right, so nobody without the key can fill it. Entries
never change, and hold no dict that a caller has seen. Times are checked on every call.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import json.encoder
import time
import zlib
from collections.abc import Callable
from typing import Any, TypeAlias

from flask import sessions
from flask.json.tag import TaggedJSONSerializer
from itsdangerous import Serializer, Signer, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.signer import HMACAlgorithm

from kolba.engine.tagging import (
    MAX_DEPTH,
    SCALARS,
    STOCK_TAGS,
    Session,
    UnknownTypeError,
    are_stock_tags,
    encoders,
    is_stock_provider,
    json_dumps,
    json_loads,
    present_provider,
    untagger,
    with_tags,
)
from kolba.readings import is_written, reader

Key: TypeAlias = str | bytes
Sign: TypeAlias = Callable[[bytes], bytes]

MAX_ENTRIES = 1024
MAX_COOKIE = 4096  # browsers keep no longer one, so caching it would only cost memory
MAX_CONTAINERS = 100  # when reading; counting them all is quicker than how deep they lie
MAX_TIMESTAMP = 1 << 32

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")
_PADDING = (b"", b"===", b"==", b"=")
# Some builds lack SHA-1; Flask therefore looks it up late, and so is it looked up here.
_DIGESTS: dict[Any, Callable[[bytes], Any]] = {
    getattr(hashlib, name): getattr(hashlib, name)
    for name in ("sha1", "sha224", "sha256", "sha384", "sha512")
    if hasattr(hashlib, name)
}
_DIGESTS[sessions._lazy_sha1] = sessions._lazy_sha1


class Entry:
    """A cookie whose signature was right and whose payload loads to a dict.

    Attributes:
        timestamp: when it was signed, in seconds since 1970.
        permanent: whether its session says that it is permanent.
        text: the payload, JSON.
        flat: the session, when copying the dict copies all of it; else None.
    """

    __slots__ = ("flat", "permanent", "text", "timestamp")

    def __init__(self, timestamp: int, text: str, session: Session) -> None:
        self.timestamp = timestamp
        self.text = text
        self.permanent = bool(session.get("_permanent", False))
        self.flat = session if SCALARS.issuperset(map(type, session.values())) else None


def compile_signer(
    keys: tuple[Key, ...],
    salt: str,
    key_derivation: str,
    digest_method: Any,
    serializer: Any,
) -> CookieSigner | None:
    """Return a signer for this configuration, or None if Flask's own has to be used."""
    if type(salt) is not str or key_derivation != "hmac":
        return None
    if type(serializer) is not TaggedJSONSerializer or not _is_stock_code():
        return None
    if not keys or not all(key and type(key) in (str, bytes) for key in keys):
        return None
    try:
        digest = _DIGESTS[digest_method]
        signs = [_keyed(digest, _derived(digest, key, salt)) for key in keys]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return CookieSigner(keys, salt, digest_method, serializer, signs)


class CookieSigner:
    """Signs and reads session cookies with one set of keys; see the module's docstring."""

    def __init__(
        self,
        keys: tuple[Key, ...],
        salt: str,
        digest_method: Any,
        serializer: TaggedJSONSerializer,
        signs: list[Sign],
    ) -> None:
        self.keys = keys
        self._salt = salt
        self._digest_method = digest_method
        self._serializer = serializer
        self._sign = signs[-1]
        self._signs = signs[::-1]
        self._order = list(serializer.order)
        self._tags = dict(serializer.tags)
        self._has_stock_tags = are_stock_tags(serializer)
        self._read = json.JSONDecoder(object_hook=untagger(self._tags)).decode
        self._stock: URLSafeTimedSerializer | None = None
        self._stamp = (0, b"")
        self._entries: dict[str, Entry] = {}

    def dumps(self, value: Session) -> str:
        """Return the cookie value that holds `value`."""
        if not self._is_stock_json():
            return self._new_stock().dumps(value)
        data = self._encode(value).encode()
        packed = zlib.compress(data)
        payload = b"." + _base64(packed) if len(packed) < len(data) - 1 else _base64(data)
        signed = payload + b"." + self._timestamp()
        return (signed + b"." + self._sign(signed)).decode("ascii")

    def loads(self, cookie: str, max_age: int | None) -> Session:
        """Return what the cookie holds, a new dict on each call.

        Raises:
            BadSignature: it was not signed with these keys, or is expired (SignatureExpired).
            BadPayload: it was, but does not hold JSON.
        """
        entry = self.verified(cookie, max_age)
        if entry is None:
            return self._kept_stock().loads(cookie, max_age=max_age)  # type: ignore[no-any-return]
        return self.session(entry)

    def kept(self, cookie: str) -> Entry | None:
        """Return the entry of a cookie that was verified before, if it is still there."""
        return self._entries.get(cookie)

    def session(self, entry: Entry) -> Session:
        """Return the dict of an entry, new on each call, and without asking the clock again."""
        if entry.flat is not None:
            return entry.flat.copy()
        return self._decode(entry.text)  # type: ignore[no-any-return]

    def verified(self, cookie: str, max_age: int | None) -> Entry | None:
        """Return the entry of a cookie that is known to load, now and under `max_age`."""
        if not self._is_stock_json():
            return None
        entry = self._entries.get(cookie)
        if entry is None:
            entry = self._verify(cookie)
            if entry is None:
                return None
            self._keep(cookie, entry)
        if max_age is not None and not 0 <= int(time.time()) - entry.timestamp <= max_age:
            return None
        return entry

    def holds(self, cookie: str, max_age: int) -> bool:
        """Whether `verified` gives an entry; the JSON provider is known to be Flask's own."""
        entry = self._entries.get(cookie)
        if entry is None:
            return self.verified(cookie, max_age) is not None
        # PERF: `_is_stock_json` but for the provider, written out.
        return (
            0 <= int(time.time()) - entry.timestamp <= max_age
            and self._has_stock_tags
            and self._serializer.order == self._order
            and self._serializer.tags == self._tags
            and json.dumps is json_dumps
            and json.loads is json_loads
        )

    def _kept_stock(self) -> URLSafeTimedSerializer:
        """As long as the JSON is Flask's own, one serializer serves as well as a new one."""
        if not self._is_stock_json():
            return self._new_stock()
        if self._stock is None:
            self._stock = self._new_stock()
        return self._stock

    def _new_stock(self) -> URLSafeTimedSerializer:
        """The serializer Flask makes for each use; it asks the present JSON for its type."""
        return URLSafeTimedSerializer(
            list(self.keys),  # type: ignore[arg-type]
            salt=self._salt,
            serializer=self._serializer,
            signer_kwargs={"key_derivation": "hmac", "digest_method": self._digest_method},
        )

    def _is_stock_json(self) -> bool:
        """Whether sessions are now read and written by Flask's own tags and provider."""
        return (
            self._has_stock_tags
            and self._serializer.order == self._order
            and self._serializer.tags == self._tags
            and is_stock_provider(present_provider())
        )

    def _encode(self, value: Session) -> str:
        """The session as JSON; called only while `_is_stock_json`."""
        tagged = self._tagged(value)
        if tagged is None:
            return self._serializer.dumps(value)
        provider = present_provider()
        if provider is None:
            return encoders[True, False](tagged)
        return encoders[bool(provider.ensure_ascii), bool(provider.sort_keys)](tagged)

    def _tagged(self, value: Session) -> object:
        # Only here is the exception at home: an error of Flask's own must not name it.
        try:
            return with_tags(value, self._serializer, MAX_DEPTH)
        except UnknownTypeError:
            return None

    def _decode(self, text: str) -> Any:
        # Flask's own reader gives up on deep nesting sooner than the decoder here.
        if text.count("{") + text.count("[") > MAX_CONTAINERS:
            return self._serializer.loads(text)
        return self._read(text)

    def _timestamp(self) -> bytes:
        now = int(time.time())
        second, encoded = self._stamp
        if second != now:
            encoded = _base64(now.to_bytes(8, "big").lstrip(b"\0"))
            self._stamp = (now, encoded)
        return encoded

    def _verify(self, cookie: str) -> Entry | None:
        # SECURITY: the signature comes first; nothing of an unproved cookie is decoded. None
        # means "not proved here": itsdangerous then decides, and names the error.
        try:
            signed, dot, signature = cookie.encode("ascii").rpartition(b".")
            if not dot or not self._has_signed(signed, signature):
                return None
            payload, dot, encoded = signed.rpartition(b".")
            stamp = _unbase64(encoded)
            timestamp = int.from_bytes(stamp, "big")
            if not dot or len(stamp) > 8 or timestamp >= MAX_TIMESTAMP:
                return None
            text = _text(payload)
            session = self._decode(text)
        except Exception:
            return None
        return Entry(timestamp, text, session) if type(session) is dict else None

    def _has_signed(self, signed: bytes, signature: bytes) -> bool:
        return any(hmac.compare_digest(sign(signed), signature) for sign in self._signs)

    def _keep(self, cookie: str, entry: Entry) -> None:
        if len(cookie) > MAX_COOKIE:
            return
        if len(self._entries) >= MAX_ENTRIES:
            self._entries.clear()
        self._entries[cookie] = entry


def _derived(digest: Callable[[bytes], Any], key: Key, salt: str) -> bytes:
    secret = key.encode() if isinstance(key, str) else key
    return hmac.new(secret, salt.encode(), digest).digest()  # type: ignore[arg-type]


def _keyed(digest: Callable[[bytes], Any], key: bytes) -> Sign:
    """Return the function that signs with `key`: HMAC (RFC 2104), in unpadded URL-safe base64."""
    # PERF: both halves of the key are hashed once; a signature is two copies of that state. Half
    # the time of hmac.digest (bench/parsing.py).
    size = digest(b"").block_size
    if len(key) > size:
        key = digest(key).digest()
    key = key.ljust(size, b"\0")
    inner = digest(bytes(byte ^ 0x36 for byte in key))
    outer = digest(bytes(byte ^ 0x5C for byte in key))

    def sign(message: bytes) -> bytes:
        hashed = inner.copy()
        hashed.update(message)
        whole = outer.copy()
        whole.update(hashed.digest())
        return _base64(whole.digest())

    return sign


def _base64(data: bytes) -> bytes:
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=")


def _unbase64(data: bytes) -> bytes:
    return binascii.a2b_base64(data.translate(_FROM_URL) + _PADDING[len(data) % 4])


def _text(payload: bytes) -> str:
    if payload.startswith(b"."):
        return zlib.decompress(_unbase64(payload[1:])).decode()
    return _unbase64(payload).decode()


_of_tagged = reader("dumps", "loads", "tag", "untag", "_untag_scan")
_of_tag = reader("check", "tag", "to_json", "to_python")
_of_serializer = reader(
    *("__init__", "default_signer", "dumps", "dump_payload", "iter_unsigners", "load_payload"),
    *("loads", "make_signer"),
)
_of_signer = reader(
    *("__init__", "derive_key", "get_signature", "get_timestamp", "sign", "timestamp_to_datetime"),
    *("unsign", "verify_signature"),
)
# What those call of their bases.
_of_bases = (
    (Serializer, reader("dump_payload", "iter_unsigners", "load_payload")),
    (Signer, reader("sign", "unsign")),
)
_of_algorithm = reader("get_signature", "verify_signature")


def _code() -> tuple[Any, ...]:
    """The present code of what a signer takes the place of."""
    return (
        vars(sessions)["URLSafeTimedSerializer"],
        _of_tagged(TaggedJSONSerializer),
        _of_serializer(URLSafeTimedSerializer),
        _of_signer(TimestampSigner),
        _of_algorithm(HMACAlgorithm),
        *map(_of_tag, STOCK_TAGS),
        *(read(base) for base, read in _of_bases),
    )


_genuine_code = _code()
_is_written = all(
    value is TimestampSigner or is_written(value) for code in _genuine_code[1:] for value in code[0]
)


def _is_stock_code() -> bool:
    return (
        _is_written
        and _code() == _genuine_code
        and not URLSafeTimedSerializer.default_fallback_signers
    )
