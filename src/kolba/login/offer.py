"""The page that offers a kept form back, filled, with one button to send it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask, request
from markupsafe import escape

from kolba.guards import csp
from kolba.guards.redirects import redirect
from kolba.language import language
from kolba.login import kept
from kolba.login.gate import GATED, KEPT_PAGE, MARK, login_required
from kolba.refusals import STYLE

PATH = "/_kolba/form"
_SHORT = 80
_TOKENS = ("csrf", "token")

_WORDS = {
    "en": {
        "title": "Your form was kept",
        "text": "Your login had expired when you sent this form. Nothing was sent yet.",
        "secrets": "Passwords are never kept. Type them again where they are needed.",
        "files": "Files are not kept. Choose them again.",
        "send": "Send the form",
        "drop": "Drop it",
        "page": "Back to the page of the form",
        "none": "There is no kept form",
        "gone": "It was sent, dropped, or kept for longer than half an hour.",
        "start": "Start page",
    },
    "ru": {
        "title": "Ваша форма сохранена",
        "text": "Когда вы отправили эту форму, срок входа истёк. Пока ничего не отправлено.",
        "secrets": "Пароли не сохраняются. Введите их ещё раз, если они нужны.",
        "files": "Файлы не сохраняются. Выберите их ещё раз.",
        "send": "Отправить форму",
        "drop": "Удалить",
        "page": "Вернуться на страницу формы",
        "none": "Сохранённой формы нет",
        "gone": "Она отправлена, удалена или хранилась дольше получаса.",
        "start": "На главную",
    },
}
_FIELDS = "label{display:block;margin:1rem 0}input,textarea{display:block;width:100%;font:inherit}"
_HEAD = (
    '<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n'
    "<style{nonce}>{style}</style>\n<main>\n<h1>{title}</h1>\n"
)


def serve(app: Flask) -> None:
    """Give an app that has a gate the page; others have no such route."""
    has_gate = GATED in app.extensions or any(
        getattr(view, MARK, False) for view in app.view_functions.values()
    )
    if has_gate and KEPT_PAGE not in app.view_functions and not app.url_map.host_matching:
        app.add_url_rule(PATH, KEPT_PAGE, login_required(_view), methods=["GET", "POST"])


def _view() -> Any:
    if request.method == "POST":
        kept.forget()
        return redirect(f"{request.script_root}/")
    form = kept.kept_form()
    return _page(form) if form is not None else (_none(), 404)


def _page(form: kept.KeptForm) -> str:
    says = _WORDS[language()]
    parts = [_head(says["title"]), f"<p>{says['text']}</p>\n"]
    encoding = ' enctype="multipart/form-data"' if form.files else ""
    parts.append(f'<form method="post" action="{escape(form.path)}"{encoding}>\n')
    parts += _inputs(form, says)
    parts.append(f'<p><button type="submit">{says["send"]}</button></p>\n</form>\n')
    parts.append(f'<form method="post"><button type="submit">{says["drop"]}</button></form>\n')
    if form.page:
        parts.append(f'<p><a href="{escape(form.page)}">{says["page"]}</a></p>\n')
    return "".join([*parts, "</main>\n"])


def _inputs(form: kept.KeptForm, says: dict[str, str]) -> Iterator[str]:
    for name, text in form.fields:
        yield _input(name, text)
    asked = [name for name in form.secrets if not any(word in name.lower() for word in _TOKENS)]
    if asked:
        yield f"<p>{says['secrets']}</p>\n"
    for name in asked:
        shown = escape(name)
        yield (f'<label>{shown}<input type="password" name="{shown}" autocomplete="off"></label>\n')
    if form.files:
        yield f"<p>{says['files']}</p>\n"
    for name in form.files:
        yield f'<label>{escape(name)}<input type="file" name="{escape(name)}" multiple></label>\n'


def _input(name: str, text: str) -> str:
    shown = escape(name)
    if "\n" in text or "\r" in text or len(text) > _SHORT:
        # HTML drops the first line break of a textarea.
        return (
            f'<label>{shown}<textarea name="{shown}" rows="8">\n{escape(text)}</textarea></label>\n'
        )
    return f'<label>{shown}<input name="{shown}" value="{escape(text)}"></label>\n'


def _none() -> str:
    says = _WORDS[language()]
    start = escape(f"{request.script_root}/")
    return (
        _head(says["none"])
        + f'<p>{says["gone"]}</p>\n<p><a href="{start}">{says["start"]}</a></p>\n</main>\n'
    )


def _head(title: str) -> str:
    return _HEAD.format(
        language=language(), title=title, style=STYLE + _FIELDS, nonce=f' nonce="{csp.csp_nonce()}"'
    )
