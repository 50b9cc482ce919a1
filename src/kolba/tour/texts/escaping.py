"""Chapter 2."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("Escaping", "Экранирование"),
    "lead": Text(
        "A page is code. What a visitor typed must reach it as text, or it becomes code as well, "
        "and runs in the browser of everyone who reads it.",
        "Страница — это код. То, что ввёл посетитель, должно попасть в неё как текст, иначе оно "
        "тоже станет кодом и выполнится в браузере каждого, кто её откроет.",
    ),
    "lesson": Text(
        "To be safer, escape what users typed. Use the function `escape` from the module "
        "`markupsafe` for this.",
        "Для повышения безопасности необходимо экранировать пользовательский ввод. Для этого "
        "используйте функцию `escape` из модуля `markupsafe`.",
    ),
    "send_title": Text("Send something dangerous", "Отправьте что-нибудь опасное"),
    "name": Text("Your name, or whatever you like", "Ваше имя или что угодно"),
    "hello": Text("Hello", "Привет"),
    "send": Text("Send", "Отправить"),
    "bytes": Text("What was sent: the bytes of the answer", "Что отправлено: байты ответа"),
    "bytes_note": Text(
        "Marked is what `escape` has replaced.", "Выделено то, что заменила `escape`."
    ),
    "drawn": Text("What is seen: the browser’s drawing", "Что видно: так это рисует браузер"),
    "unescaped": Text("What it would have been without `escape`", "Что было бы без `escape`"),
    "unescaped_note": Text(
        "Shown as text; it never runs here.",
        "Показано как текст; здесь это никогда не выполнится.",
    ),
    "open": Text("Open the answer by itself", "Открыть сам ответ"),
    "places_title": Text("Where it is enough, and where not", "Где этого хватает, а где нет"),
    "places_lead": Text(
        "`escape` replaces five characters: `&`, `<`, `>`, `'` and `\"`. Jinja does it by itself "
        "in templates named `.html`. Whether five are enough depends on the place. Below is what "
        "you sent, escaped, in four of them.",
        "`escape` заменяет пять символов: `&`, `<`, `>`, `'` и `\"`. В шаблонах с именем на "
        "`.html` Jinja делает это сама. Хватит ли пяти — зависит от места. Ниже отправленное "
        "вами, уже экранированное, в четырёх разных местах.",
    ),
    "place_text": Text("Text", "Текст"),
    "place_quoted": Text("Attribute in quotes", "Атрибут в кавычках"),
    "place_unquoted": Text("Attribute without quotes", "Атрибут без кавычек"),
    "place_link": Text("Link", "Ссылка"),
    "yes": Text("Yes", "Да"),
    "no_unquoted": Text(
        "No: a space ends the value, and the next word is an attribute of its own",
        "Нет: пробел завершает значение, и следующее слово станет отдельным атрибутом",
    ),
    "no_link": Text(
        "No: `javascript:` has nothing to escape in it; look at the scheme first",
        "Нет: в `javascript:` экранировать нечего; сначала проверьте схему",
    ),
    "answer": Text(
        "Kolba escapes in every template that makes a page, whatever its file is called; makes "
        "links that run code harmless; and shows the author a page that repeats its request "
        "as markup.",
        "Kolba экранирует в каждом шаблоне страницы, как бы ни назывался его файл; обезвреживает "
        "ссылки, которые выполняют код; и показывает автору страницу, которая повторяет свой "
        "запрос как разметку.",
    ),
    "exercise_lead": Text(
        "Write what `escape` makes of this:", "Напишите, что `escape` сделает из этого:"
    ),
    "exercise_text": Text("Escaped", "После экранирования"),
    "exercise_amp": Text(
        "Almost: the ampersand is one of the five characters, too.",
        "Почти: амперсанд тоже один из пяти знаков.",
    ),
    "exercise_wrong": Text(
        "Not yet. Send the same text above and look at the bytes.",
        "Ещё нет. Отправьте тот же текст выше и посмотрите на байты.",
    ),
}
