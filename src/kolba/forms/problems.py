"""What is wrong with what was sent, and its words in the visitor's language.

Our texts say what to do. They are known by the kind of problem that pydantic names; a kind
without a text is told in the model's own words (so are errors that validators raise).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kolba.language import fill, translate


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        path: where, from the outside in (`("address", "street")`); empty for the whole.
        kind: pydantic's name of it (`string_too_short`), or ours.
        text: pydantic's words.
        values: the numbers and words that belong to it (`{"min_length": 10}`).
    """

    path: tuple[str | int, ...]
    kind: str
    text: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The words for the person, in the visitor's language."""
        if self.kind == "value_error" and "error" in self.values:
            return translate(str(self.values["error"]))
        if self.kind == "rejected":
            return translate(self.text)
        if self.kind == "assertion_error" and "error" in self.values:
            return translate(
                str(self.values["error"]) or "This is not accepted.", "Это не подходит."
            )
        english, russian = TEXTS.get(self._text_key(), (self.text, None))
        return fill(translate(english, russian), self.values)

    def _text_key(self) -> str:
        if self.kind == "value_error":
            return "email" if "reason" in self.values else ""
        few = self.values.get("min_length") in {0, 1}
        if self.kind in {"string_too_short", "too_short"} and few:
            return "missing" if self.kind == "string_too_short" else "too_short_one"
        if self.kind == "literal_error" and self.values.get("expected") == "True":
            return "not_ticked"
        return self.kind


_CHOICE = ("Choose one of the options.", "Выберите один из вариантов.")
_DATE = ("Enter a date, such as 2026-12-31.", "Введите дату, например 2026-12-31.")
_TIME = ("Enter a time, such as 09:30.", "Введите время, например 09:30.")
_MOMENT = (
    "Enter a date and a time, such as 2026-12-31 09:30.",
    "Введите дату и время, например 2026-12-31 09:30.",
)
_NUMBER = ("Enter a number, such as 12.5.", "Введите число, например 12.5.")
_WHOLE = ("Enter a whole number.", "Введите целое число.")
_YES_NO = ("Answer yes or no.", "Ответьте да или нет.")
_TEXT = ("Enter text.", "Введите текст.")
_ITEMS = (
    "Give at least {min_length} {min_length|item|items}.",
    "Укажите не меньше {min_length} {min_length|значения|значений}.",
)
_TOO_MANY = (
    "Give no more than {max_length} {max_length|item|items}.",
    "Укажите не больше {max_length} {max_length|значения|значений}.",
)
_URL = (
    "Enter a full address, such as https://example.com.",
    "Введите адрес целиком, например https://example.com.",
)
_LIST = ("Give a list.", "Укажите список.")
_FILE = ("Choose a file.", "Выберите файл.")

TEXTS: dict[str, tuple[str, str]] = {
    "missing": ("Fill in this field.", "Заполните это поле."),
    "not_chosen": _CHOICE,
    "not_ticked": ("Tick this box to go on.", "Чтобы продолжить, поставьте здесь отметку."),
    "email": (
        "Enter an email address, such as name@example.com.",
        "Введите адрес почты, например name@example.com.",
    ),
    "string_type": _TEXT,
    "string_unicode": (
        "There are characters in the text that cannot be stored.",
        "В тексте есть знаки, которые нельзя сохранить.",
    ),
    "nul": (
        "There is an invisible character (NUL) in the text: delete it.",
        "В тексте есть невидимый знак (NUL): удалите его.",
    ),
    "string_too_short": (
        "Enter at least {min_length} {min_length|character|characters}.",
        "Введите не меньше {min_length} {min_length|символа|символов}.",
    ),
    "string_too_long": (
        "Enter no more than {max_length} {max_length|character|characters}.",
        "Введите не больше {max_length} {max_length|символа|символов}.",
    ),
    "string_pattern_mismatch": (
        "This is not in the form that is asked for.",
        "Это записано не в том виде, который требуется.",
    ),
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": ("This number is too long.", "Это число слишком длинное."),
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "finite_number": _NUMBER,
    "decimal_max_digits": (
        "Enter no more than {max_digits} {max_digits|digit|digits}.",
        "Введите не больше {max_digits} {max_digits|цифры|цифр}.",
    ),
    "decimal_max_places": (
        "Enter no more than {decimal_places} {decimal_places|digit|digits} after the point.",
        "Введите не больше {decimal_places} {decimal_places|цифры|цифр} после точки.",
    ),
    "decimal_whole_digits": (
        "Enter no more than {whole_digits} {whole_digits|digit|digits} before the point.",
        "Введите не больше {whole_digits} {whole_digits|цифры|цифр} до точки.",
    ),
    "greater_than": ("Enter more than {gt}.", "Введите больше {gt}."),
    "greater_than_equal": ("Enter {ge} or more.", "Введите {ge} или больше."),
    "less_than": ("Enter less than {lt}.", "Введите меньше {lt}."),
    "less_than_equal": ("Enter {le} or less.", "Введите {le} или меньше."),
    "multiple_of": (
        "Enter a multiple of {multiple_of}.",
        "Введите число, кратное {multiple_of}.",
    ),
    "bool_parsing": _YES_NO,
    "bool_type": _YES_NO,
    "literal_error": _CHOICE,
    "enum": _CHOICE,
    "date_parsing": _DATE,
    "date_type": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "date_past": ("Enter a date in the past.", "Введите дату в прошлом."),
    "date_future": ("Enter a date in the future.", "Введите дату в будущем."),
    "time_parsing": _TIME,
    "time_type": _TIME,
    "datetime_parsing": _MOMENT,
    "datetime_type": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "datetime_past": ("Enter a moment in the past.", "Введите момент в прошлом."),
    "datetime_future": ("Enter a moment in the future.", "Введите момент в будущем."),
    "timezone_naive": ("Leave out the time zone.", "Не указывайте часовой пояс."),
    "timezone_aware": (
        "Give the time zone too, such as 2026-12-31T09:30+03:00.",
        "Укажите и часовой пояс, например 2026-12-31T09:30+03:00.",
    ),
    "url_parsing": _URL,
    "url_type": _URL,
    "url_syntax_violation": _URL,
    "url_scheme": (
        "The address must begin with {expected_schemes}.",
        "Адрес должен начинаться с {expected_schemes}.",
    ),
    "url_too_long": (
        "The address is longer than {max_length} characters.",
        "Адрес длиннее {max_length} {max_length|символа|символов}.",
    ),
    "uuid_parsing": (
        "Enter an identifier such as 123e4567-e89b-12d3-a456-426614174000.",
        "Введите идентификатор, например 123e4567-e89b-12d3-a456-426614174000.",
    ),
    "too_short": _ITEMS,
    "too_short_one": (
        "Choose or enter at least one.",
        "Выберите или укажите хотя бы одно значение.",
    ),
    "too_long": _TOO_MANY,
    "list_type": _LIST,
    "set_type": _LIST,
    "tuple_type": _LIST,
    "json_invalid": ("This is not valid JSON.", "Это не похоже на JSON."),
    "extra_forbidden": (
        "Something was sent that is not asked for here.",
        "Прислано то, что здесь не спрашивают.",
    ),
    "not_an_object": (
        "Send a JSON object with the fields of the form.",
        "Пришлите объект JSON с полями формы.",
    ),
    "file_expected": _FILE,
    "file_too_large": (
        "The file is larger than {max_size}. Choose a smaller one.",
        "Файл больше {max_size}. Выберите файл поменьше.",
    ),
    "file_type": (
        "This kind of file is not accepted. Choose one of: {types}.",
        "Такой файл не подходит. Выберите один из видов: {types}.",
    ),
    "file_content": (
        "The file's content is not what its name says. Choose another one.",
        "Содержимое файла не такое, как говорит его имя. Выберите другой.",
    ),
    "too_many_files": (
        "Choose no more than {max_length} {max_length|file|files}.",
        "Выберите не больше {max_length} {max_length|файла|файлов}.",
    ),
    "one_file": (
        "Choose one file, not several.",
        "Выберите один файл, а не несколько.",
    ),
    "body_limit": (
        (
            "Too much was sent at once: the site takes up to {limit} ({setting}). "
            "What arrived is shown here; shorten it and send it again."
        ),
        (
            "Прислано слишком много: сайт принимает до {limit} ({setting}). "
            "То, что дошло, показано здесь; сократите и отправьте ещё раз."
        ),
    ),
    "body_cut": (
        "The connection broke before everything arrived. Check the fields and send them again.",
        "Связь прервалась, и дошло не всё. Проверьте поля и отправьте ещё раз.",
    ),
}
