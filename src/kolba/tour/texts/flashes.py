"""Chapter 5."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("Flash messages", "Flash-сообщения"),
    "lead": Text(
        "After a redirect the view that knows what happened is over. `flash` leaves its message "
        "in the session; the next page that asks takes it, once.",
        "После перенаправления представление, которое знает, что произошло, уже завершилось. "
        "`flash` оставляет его сообщение в сессии; следующая страница, которая спросит, заберёт "
        "его — один раз.",
    ),
    "lesson": Text(
        "Flash messages are Flask’s way to hand information from one request to another. The "
        "function `flash()` takes a message and the category that it belongs to, and keeps it in "
        "a temporary store.",
        "Flash сообщения в Flask являются способом передачи информации между запросами. Для "
        "работы с flash сообщениями используется функция `flash()`. Она принимает сообщение и "
        "категорию, к которой это сообщение относится, и сохраняет его во временном хранилище.",
    ),
    "say_title": Text("Leave a message", "Оставьте сообщение"),
    "message": Text("Message", "Сообщение"),
    "category": Text("Category", "Категория"),
    "category_success": Text("success", "успех"),
    "category_info": Text("information", "сведения"),
    "category_warning": Text("warning", "предупреждение"),
    "category_error": Text("error", "ошибка"),
    "say_and_show": Text("Flash and show", "Отправить и показать"),
    "say_and_wait": Text("Flash and let it wait", "Отправить, и пусть подождёт"),
    "waiting": Text("Messages that wait: {count}", "Ждут показа: {count}"),
    "full": Text(
        "No more than {limit} messages wait here: they live in a cookie, and a cookie holds "
        "about 4 kB. Show them first.",
        "Больше {limit} сообщений здесь не ждут: они хранятся в cookie-файле, а он вмещает около "
        "4 кБ. Сначала покажите их.",
    ),
    "show_title": Text("Show what waits", "Покажите то, что ждёт"),
    "show_lead": Text(
        "Let messages of several categories wait, then show one category. The filter chooses what "
        "is shown, not what is taken: the others are gone as well.",
        "Пусть подождут сообщения разных категорий; потом покажите одну. Фильтр выбирает, что "
        "показать, а не что забрать: остальные тоже исчезнут.",
    ),
    "only": Text("Which", "Какие"),
    "only_all": Text("all", "все"),
    "show": Text("Show", "Показать"),
    "shown": Text("Taken from the session and shown", "Забрано из сессии и показано"),
    "empty": Text(
        "There was nothing to show. A message is shown once: reload after showing one, and it is "
        "gone.",
        "Показывать нечего. Сообщение показывается один раз: обновите страницу после показа, и "
        "его уже нет.",
    ),
    "empty_filtered": Text(
        "No message of this category. If others waited, they have been taken too: the panel "
        "shows which.",
        "Сообщений этой категории нет. Если ждали другие, они тоже забраны: какие, видно в панели "
        "обмена.",
    ),
    "reload_hint": Text(
        "Reload this page: the message will not come back.",
        "Обновите страницу: сообщение не вернётся.",
    ),
}
