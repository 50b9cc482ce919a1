"""The pictures: their titles, what they say to those who cannot see them, their labels."""

from kolba.tour.texts.text import Text

TEXTS = {
    "browser": Text("Browser", "Браузер"),
    "server": Text("Server", "Сервер"),
    "sequence": Text("The exchange as a sequence", "Обмен по порядку"),
    "sequence_step": Text(
        "The browser sends {sent}; the server answers {got}.",
        "Браузер отправляет {sent}; сервер отвечает {got}.",
    ),
    "flash": Text("The life of a flash message", "Жизнь flash-сообщения"),
    "flash_lead": Text(
        "Recorded just now: a small Kolba application, and the same requests to the same code on "
        "Flask.",
        "Записано только что: маленькое приложение Kolba и те же запросы к тому же коду на Flask.",
    ),
    "flash_step": Text("{sent}: {what}", "{sent}: {what}"),
    "flash_left": Text("left", "оставлено"),
    "flash_waits": Text("still waits", "ждёт дальше"),
    "flash_shown": Text("shown", "показано"),
    "flash_lost": Text("lost", "потеряно"),
    "flash_gone": Text("gone", "его больше нет"),
    "merge": Text("Two racing requests", "Два запроса наперегонки"),
    "merge_store": Text("The session afterwards", "Сессия после них"),
    "merge_step": Text(
        "{name}: {first} and {second} at the same moment; afterwards the session holds {after}.",
        "{name}: {first} и {second} в один и тот же миг; после этого в сессии {after}.",
    ),
    "way_match": Text("found in the plan", "найдено в плане"),
    "way_before": Text("before", "до"),
    "way_view": Text("view", "представление"),
    "way_after": Text("after", "после"),
    "way_answer": Text("answer", "ответ"),
}
