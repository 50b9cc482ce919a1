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
    "keep": Text("Keep", "Сохранить"),
    "forget": Text("Delete both", "Удалить оба"),
    "forget_note": Text(
        "A cookie is deleted by setting it anew, with a date in the past.",
        "Чтобы удалить cookie-файл, его устанавливают заново, с датой в прошлом.",
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
    "answer": Text(
        "Kolba has a cookie declared once, with its type: whatever comes from a browser, the code "
        "gets one of the values. Attributes that the connection allows are there by themselves, "
        "and what no browser would keep is an error.",
        "В Kolba cookie-файл объявляют один раз, вместе с типом: что бы ни пришло из браузера, "
        "код получит одно из значений. Атрибуты, которые позволяет соединение, ставятся сами, а "
        "то, чего не сохранит ни один браузер, — ошибка.",
    ),
    "language_auto": Text("As the browser asks", "Как просит браузер"),
    "declared_title": Text("Declared once", "Объявлено один раз"),
    "declared_lead": Text(
        "This is what the tour says of its two cookies; all headers follow from it.",
        "Вот что экскурсия говорит о двух своих cookie-файлах; из этого следуют все заголовки.",
    ),
    "values": Text("Values", "Значения"),
    "life": Text("Life, seconds", "Срок, секунд"),
    "for_scripts": Text("Scripts read it", "Доступен скриптам"),
    "foreign": Text("`SameSite`", "`SameSite`"),
    "no": Text("no", "нет"),
    "purpose_last_login": Text(
        "a mark of the last login, chapter 7", "отметка о последнем входе, глава 7"
    ),
    "exercise_lead": Text(
        "Write a `Set-Cookie` header that keeps `city=Moscow` for one day, that no script reads, "
        "and that other sites’ forms are sent without.",
        "Напишите заголовок `Set-Cookie`, который хранит `city=Moscow` одни сутки, недоступен "
        "скриптам и не отправляется с формами других сайтов.",
    ),
    "exercise_header": Text("The header", "Заголовок"),
    "exercise_wrong": Text(
        "Not yet. It begins with `city=Moscow`; attributes follow after semicolons.",
        "Ещё нет. Начните с `city=Moscow`; атрибуты идут через точку с запятой.",
    ),
    "exercise_age": Text(
        "How long? `Max-Age` counts seconds, and a day has 86400.",
        "На какой срок? `Max-Age` считает секунды, а в сутках их 86400.",
    ),
    "exercise_scripts": Text(
        "Scripts can still read it: one attribute is missing.",
        "Скрипты его ещё прочтут: не хватает одного атрибута.",
    ),
    "exercise_foreign": Text(
        "Other sites’ forms still carry it: say `SameSite`.",
        "С формами других сайтов он ещё отправится: укажите `SameSite`.",
    ),
}
