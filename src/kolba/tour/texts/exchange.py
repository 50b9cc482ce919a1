"""The panel with the raw exchange."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("On the wire", "Обмен с сервером"),
    "lead": Text("What led to this page", "Что привело к этой странице"),
    "redirected": Text("and the browser went on by itself:", "и браузер пошёл дальше сам:"),
    "request": Text("Request", "Запрос"),
    "response": Text("Response", "Ответ"),
    "fields": Text("Fields, decoded", "Поля, раскодированные"),
    "changes": Text("What changed", "Что изменилось"),
    "nothing": Text(
        "Nothing: no cookie, no session, no message.",
        "Ничего: ни cookie-файлы, ни сессия, ни сообщения.",
    ),
    "other_headers": Text("Other headers: {count}", "Другие заголовки: {count}"),
    "html": Text("…HTML", "…HTML"),
    "too_large": Text("…a body too large to record", "…тело слишком велико для записи"),
    "earlier": Text("Earlier: {count}", "Раньше: {count}"),
    "legend": Text(
        "`tour_visitor` is the tour’s own: by it this panel finds your requests, and only yours. "
        "The server adds `Date` and the like after the tour has answered.",
        "`tour_visitor` — служебный cookie-файл экскурсии: по нему эта панель находит ваши "
        "запросы, и только ваши. `Date` и подобное сервер добавляет уже после ответа экскурсии.",
    ),
    "cookie_set": Text("Cookie `{name}` is set", "Установлен cookie-файл `{name}`"),
    "cookie_gone": Text("Cookie `{name}` is deleted", "Удалён cookie-файл `{name}`"),
    "session_set": Text("`session['{name}'] = {value}`", "`session['{name}'] = {value}`"),
    "session_gone": Text("`{name}` is gone from the session", "Из сессии удалён ключ `{name}`"),
    "flash_kept": Text("Flash message left: `{value}`", "Оставлено flash-сообщение: `{value}`"),
    "flash_taken": Text("Flash message shown: `{value}`", "Показано flash-сообщение: `{value}`"),
}
