"""Chapter 6."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("Cookies", "Cookie-файлы"),
    "lead": Text(
        "The server says `Set-Cookie` once; from then on the browser sends the value with every "
        "request, until it expires or is deleted. Here the theme and the language of the tour are "
        "kept so.",
        "Сервер один раз говорит `Set-Cookie`, и с этого момента браузер присылает значение с "
        "каждым запросом, пока срок не истечёт или его не удалят. Здесь так хранятся тема и язык "
        "экскурсии.",
    ),
    "lesson": Text(
        "Cookies are small text files that are kept in the user’s browser, and hold information "
        "about the user and what they prefer on the site.",
        "Cookie файлы — это небольшие текстовые файлы, которые хранятся в браузере пользователя "
        "и используются для хранения информации о пользователе и его предпочтениях на сайте.",
    ),
    "keep_title": Text("Keep your preferences", "Сохраните предпочтения"),
    "life": Text("For how long", "На какой срок"),
    "life_browser": Text("until the browser is closed", "пока не закрыт браузер"),
    "life_hour": Text("an hour", "на час"),
    "life_year": Text("a year", "на год"),
    "keep": Text("Keep", "Сохранить"),
    "forget": Text("Delete both", "Удалить оба"),
    "forget_note": Text(
        "A cookie is deleted by setting it anew, with a date in the past.",
        "Чтобы удалить cookie-файл, его устанавливают заново, с датой в прошлом.",
    ),
    "anatomy_title": Text("The header, part by part", "Заголовок по частям"),
    "anatomy_lead": Text(
        "This is what the server sends to keep your present theme for a year. The browser sends "
        "back the name and the value only; the attributes are for itself.",
        "Вот что отправляет сервер, чтобы сохранить нынешнюю тему на год. Обратно браузер "
        "присылает только имя и значение; атрибуты — для него самого.",
    ),
    "pair": Text("The name and the value", "Имя и значение"),
    "Expires": Text(
        "Until when to keep it, for browsers that do not know `Max-Age`",
        "До каких пор хранить — для браузеров, не знающих `Max-Age`",
    ),
    "Max-Age": Text(
        "How many seconds to keep it; without this, until the browser is closed",
        "Сколько секунд хранить; без этого — пока не закрыт браузер",
    ),
    "HttpOnly": Text(
        "Scripts of the page cannot read it: a script that got in cannot steal it",
        "Скрипты страницы не могут его прочитать: проникший скрипт его не украдёт",
    ),
    "Path": Text("Under which paths to send it", "Для каких путей присылать"),
    "SameSite": Text(
        "With `Lax`, forms of other sites are sent without it",
        "При `Lax` формы других сайтов отправляются без него",
    ),
    "insecure_note": Text(
        "There is no `Secure` here, because the tour runs on your own machine without HTTPS. On "
        "a real site, set it.",
        "`Secure` здесь нет, потому что экскурсия работает на вашем компьютере без HTTPS. На "
        "настоящем сайте его нужно указывать.",
    ),
    "sent_title": Text("What your browser has sent", "Что прислал ваш браузер"),
    "sent_lead": Text(
        "`request.cookies` of this very request.",
        "`request.cookies` этого самого запроса.",
    ),
    "sent_none": Text("No cookies came with this request.", "С этим запросом cookie-файлов нет."),
    "name": Text("Name", "Имя"),
    "value": Text("Value", "Значение"),
    "purpose": Text("What for", "Для чего"),
    "purpose_theme": Text("your theme", "ваша тема"),
    "purpose_language": Text("your language", "ваш язык"),
    "purpose_session": Text("the session, chapter 7", "сессия, глава 7"),
    "purpose_visitor": Text("the tour’s own, for the panel", "служебный, для панели обмена"),
    "purpose_other": Text(
        "of another site on this host: cookies do not know ports",
        "другого сайта на этом хосте: порты cookie-файлы не различают",
    ),
}
