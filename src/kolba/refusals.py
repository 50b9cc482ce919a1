"""What a visitor reads when a guard has refused: a short page, or RFC 9457 problem details.

Pure: words in, text out. Nothing here knows why something was refused, nor of
configuration; the invariant is that a page holds only what it is given, escaped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus

from markupsafe import escape


@dataclass(frozen=True, slots=True)
class Words:
    """A page in one language.

    Attributes:
        title: what happened, in half a line.
        text: what it means for the visitor.
        do: what to do now.
    """

    title: str
    text: str
    do: str


_REDIRECT = {
    "en": Words(
        "The way onward leads to another site",
        "This page wanted to send you to an address that is not on the site's list.",
        "Go back, or to the start page. If you followed a link from elsewhere, do not trust it.",
    ),
    "ru": Words(
        "Дальше путь ведёт на другой сайт",
        "Страница хотела отправить вас по адресу, которого нет в списке этого сайта.",
        "Вернитесь назад или на главную. Если вы пришли по чужой ссылке, не доверяйте ей.",
    ),
}
_CROSS_ORIGIN = {
    "en": Words(
        "This form came from another site",
        "Your browser says that another site sent this request, so nothing was done.",
        "If you meant to send it, open the page on this site and send the form from there.",
    ),
    "ru": Words(
        "Эта форма пришла с другого сайта",
        "Ваш браузер сообщает, что запрос отправил другой сайт, поэтому ничего не сделано.",
        "Если вы хотели его отправить, откройте страницу этого сайта и отправьте форму с неё.",
    ),
}
_HOST = {
    "en": Words(
        "This address is not one of the site's",
        "The request names a host that this site does not answer for.",
        "Check the address in your browser's address bar.",
    ),
    "ru": Words(
        "У этого сайта нет такого адреса",
        "В запросе указан хост, за который этот сайт не отвечает.",
        "Проверьте адрес в адресной строке браузера.",
    ),
}
_PROXY = {
    "en": Words(
        "The request was garbled on its way",
        "A header that a proxy adds to each request cannot be right.",
        "Try again; if it stays, tell the people who run the site.",
    ),
    "ru": Words(
        "Запрос испорчен по дороге",
        "Заголовок, который добавляет прокси, не может быть верным.",
        "Попробуйте ещё раз; если не поможет, сообщите владельцам сайта.",
    ),
}
_OTHER = {
    "en": Words(
        "The request was refused",
        "Something about this request is not safe, so nothing was done.",
        "Go back and try again from a page of this site.",
    ),
    "ru": Words(
        "Запрос отклонён",
        "В этом запросе есть что-то небезопасное, поэтому ничего не сделано.",
        "Вернитесь и попробуйте ещё раз со страницы этого сайта.",
    ),
}
_LOGIN = {
    "en": Words(
        "Log in to continue",
        "This part of the site is for people who are logged in.",
        "Log in, and try again.",
    ),
    "ru": Words(
        "Войдите, чтобы продолжить",
        "Эта часть сайта открыта тем, кто вошёл.",
        "Войдите и попробуйте ещё раз.",
    ),
}
WORDS = {
    "login": _LOGIN,
    "redirect": _REDIRECT,
    "cross_origin": _CROSS_ORIGIN,
    "host": _HOST,
    "proxy": _PROXY,
}
_START = {"en": "Start page", "ru": "На главную"}
_REFERENCE = {"en": "Reference", "ru": "Номер обращения"}

_PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
<main>
<h1>{title}</h1>
<p>{text}</p>
<p><code>{what}</code></p>
<p>{do}</p>
{mend}<p><a href="{start}">{start_words}</a></p>
<p><small>{reference}: <code>{request_id}</code></small></p>
</main>
"""
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;margin:15vh auto 0;max-width:34rem;padding:0 1rem}"
    "code{overflow-wrap:anywhere}small{opacity:.7}:root{color-scheme:light dark}"
)


def words(guard: str, language: str) -> Words:
    """The texts of a guard's page in `language`."""
    return WORDS.get(guard, _OTHER)[language]


def page(
    guard: str, language: str, *, what: str, mend: str = "", start: str = "/", request_id: str
) -> str:
    """The refusal as an HTML page.

    Args:
        what: what was refused, as `Name: value`; the same in every language.
        mend: the line of configuration, for developers only; '' leaves it out.
        start: path of the site's start page.
    """
    says = words(guard, language)
    return _PAGE.format(
        language=language,
        title=says.title,
        style=STYLE,
        text=says.text,
        what=escape(what),
        do=says.do,
        mend=f"<p><code>{escape(mend)}</code></p>\n" if mend else "",
        start=escape(start),
        start_words=_START[language],
        reference=_REFERENCE[language],
        request_id=escape(request_id),
    )


def problem(guard: str, status: int, language: str, *, what: str, request_id: str) -> str:
    """The refusal as problem details (RFC 9457), for clients that read JSON."""
    says = words(guard, language)
    return json.dumps(
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": f"{says.title}. {says.do}",
            "guard": guard,
            "what": what,
            "request_id": request_id,
        },
        ensure_ascii=False,
    )
