"""Chapter 7."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("Sessions", "Сессии"),
    "lead": Text(
        "`session` is a dict that is still there at the next request. In Flask all of it lives in "
        "one signed cookie, which everyone can read; in Kolba it stays on the server, and the "
        "browser holds a random number.",
        "`session` — словарь, который не исчезает к следующему запросу. Во Flask он весь лежит в "
        "одном подписанном cookie-файле, и прочесть его может каждый; в Kolba он остаётся на "
        "сервере, а в браузере лежит случайный номер.",
    ),
    "lesson": Text(
        "Sessions are Flask’s way to keep data between requests. This is useful to remember a "
        "user who has logged in, or to keep the state of a form when the page is reloaded. In "
        "essence a session is an advanced version of cookies.",
        "Сессии в Flask являются способом сохранения данных между запросами. Это может быть "
        "полезно, например, для хранения информации о пользователе после авторизации или для "
        "сохранения состояния формы при перезагрузке страницы. По сути сессия — продвинутая "
        "версия cookies файлов.",
    ),
    "login_title": Text("Log in", "Войдите"),
    "logged_in": Text("You are logged in as {user}.", "Вы вошли как {user}."),
    "draft_title": Text("A form half filled in", "Наполовину заполненная форма"),
    "draft_lead": Text(
        "Begin a letter, keep it, and reload the page or walk through other chapters: it waits "
        "for you in the session.",
        "Начните письмо, сохраните его и обновите страницу или погуляйте по другим главам: оно "
        "подождёт вас в сессии.",
    ),
    "subject": Text("Subject", "Тема письма"),
    "message": Text("Message", "Текст"),
    "keep": Text("Keep for later", "Сохранить на потом"),
    "send": Text("Send", "Отправить"),
    "sent": Text(
        "Sent; the draft is gone from the session.", "Отправлено; черновика в сессии больше нет."
    ),
    "contents_title": Text("What is in it now", "Что в ней сейчас"),
    "contents_none": Text(
        "The session is empty, so there is no cookie for it either. Log in or keep a draft.",
        "Сессия пуста, поэтому и cookie-файла для неё нет. Войдите или сохраните черновик.",
    ),
    "cookie_title": Text(
        "The same session, had Flask kept it", "Та же сессия, если бы её хранил Flask"
    ),
    "cookie_lead": Text(
        "Flask would send this cookie. No key is needed to read it: it is base64, sometimes "
        "compressed.",
        "Flask отправил бы такой cookie-файл. Чтобы его прочесть, ключ не нужен: это base64, "
        "иногда сжатый.",
    ),
    "part_contents": Text("Contents", "Содержимое"),
    "part_time": Text("Time of signing", "Время подписи"),
    "part_signature": Text("Signature", "Подпись"),
    "signature_note": Text(
        "HMAC of the two other parts: only who has the secret key can make it.",
        "HMAC двух других частей: вычислить её может только тот, у кого есть секретный ключ.",
    ),
    "key": Text("Key", "Ключ"),
    "value": Text("Value", "Значение"),
    "clear": Text("Empty the session", "Очистить сессию"),
    "answer": Text(
        "Kolba merges what two requests have changed, ends a session for every copy of its "
        "cookie when somebody logs out, and changes its number when somebody logs in.",
        "Kolba соединяет то, что изменили два запроса, при выходе завершает сессию для всех копий "
        "её cookie-файла и меняет её номер при входе.",
    ),
    "number_lead": Text(
        "Your browser knows no more of it than this number:",
        "Ваш браузер знает о ней только этот номер:",
    ),
    "exercise_lead": Text(
        "This is the cookie of a session of plain Flask. What does it say under `drink`? (The "
        "part before the first dot is base64.)",
        "Это cookie-файл сессии обычного Flask. Что в нём сказано под ключом `drink`? (Часть до "
        "первой точки — base64.)",
    ),
    "exercise_drink": Text("The value", "Значение"),
    "exercise_wrong": Text(
        "No. Decode the part before the first dot: `base64.urlsafe_b64decode`",
        "Нет. Раскодируйте часть до первой точки: `base64.urlsafe_b64decode`",
    ),
}
