"""Chapter 8."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("The engine", "Движок"),
    "lead": Text(
        "Flask decides again for each request what was clear at the start: which hooks there "
        "are, who listens, what may be skipped. Kolba decides it once, before the first request, "
        "and writes it down as a plan.",
        "Flask для каждого запроса заново решает то, что было ясно с самого начала: какие есть "
        "функции до и после представления, кто слушает, что можно пропустить. Kolba решает это "
        "один раз, до первого запроса, и записывает как план.",
    ),
    "answer": Text(
        "The answers stay the same, byte by byte, for an unmodified Flask application as well. "
        "What cannot be proved to be the same is left to Flask, and `kolba explain` lists it.",
        "Ответы остаются теми же, байт в байт, и у неизменённого приложения Flask. Что нельзя "
        "доказать, то остаётся Flask, и `kolba explain` это перечислит.",
    ),
    "way_title": Text("A route’s way through the plan", "Путь маршрута по плану"),
    "way_lead": Text(
        "Choose an endpoint of the tour itself; this is its plan.",
        "Выберите конечную точку самой экскурсии; вот её план.",
    ),
    "endpoint": Text("Endpoint of the tour", "Конечная точка экскурсии"),
    "show": Text("Show its way", "Показать путь"),
    "none": Text("The tour has no such endpoint.", "Такой конечной точки у экскурсии нет."),
    "how": Text("How it runs", "Как выполняется"),
    "compiled": Text("compiled", "по плану"),
    "fallback": Text("by Flask", "кодом Flask"),
    "methods": Text("Methods", "Методы"),
    "rule": Text("Rule", "Правило"),
    "same": Text(
        "`kolba explain` prints this for your own application, and `kolba compare` holds its "
        "answers against Flask’s.",
        "`kolba explain` напечатает то же для вашего приложения, а `kolba compare` сверит его "
        "ответы с ответами Flask.",
    ),
    "exercise_lead": Text(
        "How many functions run before the view of `redirects.secret`? The picture knows.",
        "Сколько функций выполняется до представления `redirects.secret`? Картинка знает.",
    ),
    "exercise_hooks": Text("How many", "Сколько"),
    "exercise_wrong": Text(
        "No. Show the way of `redirects.secret` and count what stands before the view.",
        "Нет. Покажите путь `redirects.secret` и посчитайте, что стоит до представления.",
    ),
}
