"""Error pages."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("Error {code}", "Ошибка {code}"),
    "said": Text("The server answered", "Сервер ответил"),
    "back": Text("Back to the chapter", "Вернуться к главе"),
    "home": Text("To the contents", "К оглавлению"),
    "400": Text(
        "The request cannot be understood.",
        "Запрос не удалось разобрать.",
    ),
    "cross_origin": Text(
        "The form came from another site. The tour takes forms from its own pages only.",
        "Форма пришла с другого сайта. Экскурсия принимает формы только со своих страниц.",
    ),
    "404": Text(
        "No route answers this URL.",
        "Ни один маршрут не отвечает на этот URL.",
    ),
    "405": Text(
        "The route exists, but does not take this method. A view takes only GET requests unless "
        "it says otherwise; the `Allow` header lists what this one takes.",
        "Маршрут есть, но этот метод он не принимает. По умолчанию представление обрабатывает "
        "только запросы GET; что принимает это, перечислено в заголовке `Allow`.",
    ),
    "413": Text(
        "That is too much at once: the tour takes up to 64 kB a request.",
        "Слишком много за один раз: экскурсия принимает до 64 кБ в одном запросе.",
    ),
    "500": Text(
        "The mistake is the tour’s, not yours. It is in the server’s log.",
        "Это ошибка экскурсии, а не ваша. Она записана в журнале сервера.",
    ),
    "other": Text("The server cannot answer this request.", "Сервер не может ответить на запрос."),
    "key": Text(
        "The view read `request.form['{field}']`, and this request has no such key. Flask "
        "answers 400 for the `KeyError`, and the view does not get to its end. "
        "`request.form.get('{field}')` would have given `None`.",
        "Представление обратилось к `request.form['{field}']`, а такого ключа в запросе нет. "
        "На `KeyError` Flask отвечает кодом 400, и до конца представление не доходит. "
        "`request.form.get('{field}')` вернул бы `None`.",
    ),
}
