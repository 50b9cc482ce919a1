"""Chapter 3."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("GET and POST", "Обработка запросов"),
    "lead": Text(
        "A form is a promise of the page, not of the client: whoever sends the request decides "
        "what is in it. Send this one both ways, and then try it with a field missing.",
        "Форма — обещание страницы, а не клиента: что будет в запросе, решает тот, кто его "
        "отправляет. Отправьте её обоими способами, а потом попробуйте без одного поля.",
    ),
    "lesson": Text(
        "Important! Taking GET requests is what views do by default.",
        "Важно! Обработка GET запросов является поведением по умолчанию для представлений.",
    ),
    "lesson_get": Text(
        "Important! Use the method `get` to look for a value in `request.form`. This spares you "
        "the errors of asking for a key that does not exist. Nothing guarantees that the client "
        "sends all the keys that the HTML form has.",
        "Важно! Используйте метод `get` для поиска значения внутри `request.form`. Так вы "
        "избежите ошибок обращения к несуществующему ключу. Нет гарантий, что клиент отправит "
        "все ключи, которые разработчик передаёт в HTML форме.",
    ),
    "form_title": Text("Send a form", "Отправьте форму"),
    "form_choice": Text("Which form", "Какая форма"),
    "form_full": Text("Whole", "Полная"),
    "form_short": Text("Without the city", "Без города"),
    "form_extra": Text("With a field too many", "С лишним полем"),
    "form_note_full": Text(
        "Both fields that the view expects are there.",
        "В ней есть оба поля, которых ждёт представление.",
    ),
    "form_note_short": Text(
        "The field `city` is not in the page at all.", "Поля `city` на странице нет вовсе."
    ),
    "form_note_extra": Text(
        "The page has a hidden field that nobody asked for: `admin=yes`.",
        "На странице есть скрытое поле, о котором никто не просил: `admin=yes`.",
    ),
    "name": Text("Name", "Имя"),
    "city": Text("City", "Город"),
    "by_get": Text("Send by GET", "Отправить методом GET"),
    "by_post": Text("Send by POST", "Отправить методом POST"),
    "strictly": Text("Send to a view that uses `[]`", "Отправить представлению с `[]`"),
    "methods_title": Text("Which methods a route takes", "Какие методы принимает маршрут"),
    "methods_lead": Text(
        "A view says it with its decorator. `@app.route` without `methods` is GET; `@app.get` "
        "and `@app.post` say it shorter. Flask adds HEAD and OPTIONS.",
        "Представление сообщает об этом декоратором. `@app.route` без `methods` — это GET; "
        "`@app.get` и `@app.post` говорят то же короче. HEAD и OPTIONS Flask добавляет сам.",
    ),
    "url": Text("URL", "URL"),
    "view": Text("View", "Представление"),
    "methods": Text("Methods", "Методы"),
    "knock": Text(
        "Open the POST-only URL with GET and get a 405",
        "Открыть методом GET адрес только для POST и получить 405",
    ),
    "order_title": Text("The form has arrived", "Форма получена"),
    "order_args": Text(
        "It came by GET: the fields are in the URL, where everyone sees them, and in "
        "`request.args`. Such a request may be repeated, kept as a bookmark and cached, so it "
        "must change nothing.",
        "Она пришла методом GET: поля стоят в URL, у всех на виду, и попали в `request.args`. "
        "Такой запрос можно повторять, хранить в закладках и кешировать, поэтому менять он ничего "
        "не должен.",
    ),
    "order_form": Text(
        "It came by POST: the fields are in the body of the request, and in `request.form`. "
        "Reload the page, and the browser asks whether to send them again: chapter 4 cures that.",
        "Она пришла методом POST: поля лежат в теле запроса и попали в `request.form`. Обновите "
        "страницу, и браузер спросит, отправить ли их снова: от этого лечит глава 4.",
    ),
    "key": Text("Key", "Ключ"),
    "with_get": Text("`.get(key)` gives", "`.get(ключ)` даёт"),
    "with_brackets": Text("`[key]` gives", "`[ключ]` даёт"),
    "extra_key": Text(
        "Keys that nobody asked for: {names}. The view does not read them, so they do nothing. A "
        "view that copies the whole form into its database would have taken them.",
        "Ключи, о которых никто не просил: {names}. Представление их не читает, поэтому они ничего "
        "не меняют. Представление, которое копирует в базу всю форму целиком, их бы приняло.",
    ),
    "back": Text("Back to the form", "Вернуться к форме"),
    "strict_title": Text("Both keys were there", "Оба ключа на месте"),
    "strict_lead": Text(
        "`request.form['name']` and `request.form['city']` found their values. Now send the form "
        "without the city to the same view.",
        "`request.form['name']` и `request.form['city']` нашли свои значения. Теперь отправьте "
        "тому же представлению форму без города.",
    ),
}
