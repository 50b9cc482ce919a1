"""Chapter 5."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("Flash messages", "Flash-сообщения"),
    "lead": Text(
        "After a redirect the view that knows what happened is over. `flash` leaves its message "
        "behind; the next page that asks shows it, once.",
        "После перенаправления представление, которое знает, что произошло, уже завершилось. "
        "`flash` оставляет его сообщение; следующая страница, которая спросит, покажет его — один "
        "раз.",
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
    "show_title": Text("Show what waits", "Покажите то, что ждёт"),
    "only": Text("Which", "Какие"),
    "only_all": Text("all", "все"),
    "show": Text("Show", "Показать"),
    "shown": Text("Shown now", "Показано сейчас"),
    "reload_hint": Text(
        "Reload this page: the message will not come back.",
        "Обновите страницу: сообщение не вернётся.",
    ),
    "answer": Text(
        "Each message is an entry of its own in Kolba’s store: it survives two tabs at once, is "
        "not taken by requests that nobody looks at, and comes back when its page failed.",
        "У Kolba каждое сообщение — отдельная запись в хранилище: ему не мешают две вкладки "
        "сразу, его не забирают запросы, на которые никто не смотрит, и оно возвращается, если "
        "страница не удалась.",
    ),
    "show_lead": Text(
        "Let messages of several categories wait, then show one category. In Flask the others "
        "would be gone as well; here they wait on. A message belongs to the page that its "
        "redirect leads to; after ten seconds, here at once, any page may show it.",
        "Пусть подождут сообщения разных категорий; потом покажите одну. Во Flask исчезли бы и "
        "остальные, здесь они ждут дальше. Сообщение принадлежит странице, на которую ведёт "
        "перенаправление; через десять секунд, а здесь сразу, его может показать любая.",
    ),
    "empty": Text(
        "There is nothing to show, or it still waits for the page that it was made for.",
        "Показывать нечего, или сообщение ещё ждёт ту страницу, для которой оставлено.",
    ),
    "exercise_lead": Text(
        "Three messages wait here: two errors and an information. A page shows "
        "`category_filter=['error']`. How many wait afterwards?",
        "Здесь ждут три сообщения: две ошибки и одно сведение. Страница показывает "
        "`category_filter=['error']`. Сколько сообщений ждёт после этого?",
    ),
    "exercise_left": Text("How many", "Сколько"),
    "exercise_wrong": Text(
        "No. A small application has just tried it: Kolba does not destroy what a filter passes "
        "over.",
        "Нет. Маленькое приложение только что это проверило: Kolba не уничтожает то, что "
        "пропустил фильтр.",
    ),
}
