"""What the inspector's page says, in English and in Russian. In a text `{name}` is a place."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """A text in both languages."""

    en: str
    ru: str


TEXTS = {
    "title": Text("Inspector", "Инспектор"),
    "filter": Text("Filter: path, status, method", "Фильтр: путь, статус, метод"),
    "static": Text("static files", "статика"),
    "only_notes": Text("only with notes", "только с замечаниями"),
    "clear": Text("Clear", "Очистить"),
    "pause": Text("Pause", "Пауза"),
    "resume": Text("Go on", "Дальше"),
    "lost": Text(
        "The server does not answer. What you see is from before.",
        "Сервер не отвечает. Показано то, что было раньше.",
    ),
    "running": Text("running", "выполняется"),
    "restarted": Text("The server was started again", "Сервер перезапущен"),
    "empty": Text(
        "No request yet. Use your app in another window.",
        "Запросов пока нет. Откройте приложение в другом окне.",
    ),
    "nothing_matches": Text("No request matches.", "Ничего не подходит."),
    "choose": Text("Choose a request.", "Выберите запрос."),
    "gone": Text("This request is not kept any more.", "Этот запрос уже не хранится."),
    "fallback": Text("by Flask", "на Flask"),
    "no_route": Text("no route", "нет маршрута"),
    "compiled_hint": Text(
        "the engine's compiled plan answered",
        "ответил скомпилированный план движка",
    ),
    "fallback_hint": Text("Flask's own code answered", "ответил собственный код Flask"),
    "in_every_request": Text(
        "Left to Flask in every request of this app",
        "В каждом запросе этого приложения оставлено Flask",
    ),
    "chain": Text("Chain", "Цепочка"),
    "notes": Text("Notes", "Замечания"),
    "route": Text("Route", "Маршрут"),
    "view": Text("View", "Представление"),
    "endpoint": Text("Endpoint", "Endpoint"),
    "answered": Text("Answered", "Ответил"),
    "hooks": Text("Hooks of the route, in their order", "Хуки маршрута по порядку"),
    "before": Text("before", "до"),
    "after": Text("after", "после"),
    "teardown": Text("teardown", "в конце"),
    "templates": Text("Templates", "Шаблоны"),
    "session": Text("Session", "Сессия"),
    "session_cookie": Text("signed cookie", "подписанный cookie-файл"),
    "session_stored": Text("on the server", "на сервере"),
    "session_other": Text("of an extension", "из расширения"),
    "session_keys": Text("keys: {count}", "ключей: {count}"),
    "session_untouched": Text("Nobody has opened it.", "Её никто не открывал."),
    "session_unchanged": Text("Nothing has changed.", "Ничего не изменилось."),
    "added": Text("added", "добавлен"),
    "changed": Text("changed", "изменён"),
    "removed": Text("removed", "удалён"),
    "messages": Text("Flash messages", "Flash-сообщения"),
    "born": Text("flashed here", "создано здесь"),
    "shown": Text("shown here", "показано здесь"),
    "waiting": Text("waits for a page", "ждёт страницы"),
    "shown_in": Text("shown by", "показал"),
    "born_in": Text("flashed by", "создал"),
    "refusals": Text("Guards", "Защита"),
    "enforce": Text("refused", "отклонено"),
    "report": Text("would be refused", "было бы отклонено"),
    "exception": Text("Exception", "Исключение"),
    "logs": Text("Log", "Журнал"),
    "warnings": Text("Warnings of Python", "Предупреждения Python"),
    "dropped": Text("and {count} more", "и ещё {count}"),
    "request": Text("Request", "Запрос"),
    "response": Text("Response", "Ответ"),
    "headers": Text("Headers", "Заголовки"),
    "query": Text("Query", "Параметры запроса"),
    "form": Text("Form", "Форма"),
    "files": Text("Files", "Файлы"),
    "json": Text("JSON", "JSON"),
    "body_unread": Text(
        "The app has not read the body ({count} bytes).",
        "Приложение не читало тело ({count} байт).",
    ),
    "cookies_set": Text("Cookies set", "Установлены cookie-файлы"),
    "deleted": Text("deleted", "удалён"),
    "location": Text("Leads to", "Ведёт на"),
    "background": Text("background", "фоновый"),
    "error": Text("error", "ошибка"),
    "trouble": Text("The inspector could not see all of it", "Инспектор увидел не всё"),
    "note_get_wrote": Text(
        "A GET has written to the session: {keys}. A prefetch or a robot would do it, too.",
        "GET изменил сессию: {keys}. Предзагрузка или робот сделают то же.",
    ),
    "note_not_saved": Text(
        "Changed, and not saved: {keys}. Flask does not see a change inside of a value:"
        " write session.modified = True, or use kolba.Kolba.",
        "Изменено, но не сохранено: {keys}. Flask не видит изменения внутри значения:"
        " напишите session.modified = True или возьмите kolba.Kolba.",
    ),
    "note_lost_update": Text(
        "Lost: {keys}. {other} ran at the same time and replaced the whole cookie."
        " The last answer wins with Flask; kolba.Kolba merges.",
        "Потеряно: {keys}. {other} шёл в то же время и заменил весь cookie-файл."
        " У Flask побеждает последний ответ; kolba.Kolba соединяет изменения.",
    ),
    "note_overwrote": Text(
        "This answer replaced the session cookie of {other}, which ran at the same time:"
        " {keys} is lost.",
        "Этот ответ заменил cookie-файл сессии, который поставил {other}, шедший в то же время:"
        " {keys} потеряно.",
    ),
    "note_same_key": Text(
        "{other} wrote the same key at the same time: {keys}. The last one wins."
        " session.increment() and session.append() add up.",
        "{other} в то же время писал тот же ключ: {keys}. Побеждает последний."
        " session.increment() и session.append() складывают.",
    ),
    "note_taken_in_background": Text(
        "Flash messages were taken by a request that nobody looks at: {count}."
        " kolba.Kolba keeps them for a page.",
        "Flash-сообщения забрал запрос, на который никто не смотрит: {count}."
        " kolba.Kolba бережёт их для страницы.",
    ),
    "note_cookie_too_large": Text(
        "The cookie {name} has {size} bytes: browsers drop it without a word (limit 4093).",
        "Cookie-файл {name} занимает {size} байт: браузеры молча его отбросят (предел 4093).",
    ),
}
