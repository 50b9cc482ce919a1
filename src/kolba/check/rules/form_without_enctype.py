"""form-without-enctype: a form with a file field sends the file's name alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kolba.check.diagnostic import Hit
from kolba.check.html_forms import HtmlForm, Tag
from kolba.check.rule import Rule
from kolba.check.template import Template
from kolba.check.text import Text

# A script may send the form in its own way.
_SENT_BY_SCRIPT = re.compile(r"\b(?:on\w+|hx-\w+|data-\w[\w-]*|x-\w+|v-\w+|@\w+)\s*=|enctype", re.I)


def find(template: Template) -> Iterator[Hit]:
    for form in template.forms:
        file = next((f for f in form.fields if f.get("type").lower() == "file"), None)
        if file is not None and file.get("name") and _sends_itself(form, template):
            yield Hit(form.line, form.column, {"field": file.get("name")})


def _sends_itself(form: HtmlForm, template: Template) -> bool:
    if form.method != "POST" or _SENT_BY_SCRIPT.search(form.tag.text):
        return False
    if "enctype" in form.inner or "formenctype" in form.inner or template.sends_by_script:
        return False
    return any(_submits(field) for field in form.fields)


def _submits(field: Tag) -> bool:
    kind = field.get("type").lower()
    if "onclick" in field.attributes:
        return False
    return kind == "submit" or (field.name == "button" and kind == "")


RULE = Rule(
    code="form-without-enctype",
    chapter="requests",
    message=Text(
        'the form has no enctype="multipart/form-data": of the file in "{field}" only its name '
        "is sent",
        'у формы нет enctype="multipart/form-data": от файла в поле "{field}" придёт только имя',
    ),
    hint=Text(
        'Write enctype="multipart/form-data" into the form\'s tag',
        'Допишите в тег формы enctype="multipart/form-data"',
    ),
    why=Text(
        "Browsers send the bytes of a file only in `multipart/form-data`. Without it "
        "`request.files` is empty, and `request.files[...]` answers with 400.",
        "Браузер отправляет байты файла только в `multipart/form-data`. Без этого `request.files` "
        "пуст, а `request.files[...]` отвечает 400.",
    ),
    bad="""<form method="post">
  <input type="file" name="photo">
  <button>Send</button>
</form>""",
    good="""<form method="post" enctype="multipart/form-data">
  <input type="file" name="photo">
  <button>Send</button>
</form>""",
    find_in_template=find,
)
