"""Chapter 7."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("Sessions", "Сессии"),
    "lead": Text(
        "`session` is a dict that is still there at the next request. In Flask all of it lives in "
        "one cookie, signed with the secret key: everyone can read it, nobody can change it.",
        "`session` — словарь, который не исчезает к следующему запросу. Во Flask он весь лежит в "
        "одном cookie-файле с подписью секретным ключом: прочесть его может каждый, изменить — "
        "никто.",
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
    "cookie_title": Text("The cookie, taken apart", "Cookie-файл по частям"),
    "cookie_lead": Text(
        "No key was needed to read this: it is base64, sometimes compressed. Keep no secrets in a "
        "session like this one.",
        "Чтобы это прочесть, ключ не понадобился: это base64, иногда сжатый. Не храните в такой "
        "сессии секретов.",
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
    "forge_lead": Text(
        "Change the contents to `{'user': 'admin'}` and leave the signature as it is: Flask "
        "will take the session for empty. Your own session is lost by this.",
        "Замените содержимое на `{'user': 'admin'}`, а подпись оставьте прежней: Flask сочтёт "
        "сессию пустой. Ваша собственная сессия при этом пропадёт.",
    ),
    "forge": Text("Forge the cookie", "Подделать cookie-файл"),
    "refused": Text(
        "A session cookie came, and its signature is wrong: Flask does not believe a word of it. "
        "The session is empty, whatever the contents say.",
        "Cookie-файл сессии пришёл, но подпись неверна: Flask не верит ни одному его слову. "
        "Сессия пуста, что бы ни говорило содержимое.",
    ),
    "clear": Text("Empty the session", "Очистить сессию"),
}
