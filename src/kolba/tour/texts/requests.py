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
    "answer": Text(
        "Kolba names the missing field in its 400, and takes a form by a model: what is missing "
        "or too much never reaches the view, and what was typed comes back with the page.",
        "Kolba называет недостающее поле в ответе 400 и принимает форму по модели: чего не "
        "хватает или что лишнее, до представления не дойдёт, а введённое вернётся вместе со "
        "страницей.",
    ),
    "typed": Text("Send it to a model", "Отправить по модели"),
    "typed_title": Text("The form, judged by its model", "Форма, проверенная моделью"),
    "typed_lead": Text(
        "`def typed_order(order: Form[Order])`: a refused form comes back filled, each mistake "
        "at its field, with status 422.",
        "`def typed_order(order: Form[Order])`: отклонённая форма возвращается заполненной, "
        "каждая ошибка стоит у своего поля, код ответа 422.",
    ),
    "typed_good": Text("The model takes it: `{value}`.", "Модель её принимает: `{value}`."),
    "exercise_lead": Text(
        "Write the call that reads `city` from the form, and gives `'Moscow'` when it did not "
        "come.",
        "Напишите вызов, который читает из формы `city` и даёт `'Moscow'`, если поле не пришло.",
    ),
    "exercise_call": Text("The call", "Вызов"),
    "exercise_brackets": Text(
        "Brackets end in 400 when the key is missing. Use `get`.",
        "Квадратные скобки при недостающем ключе кончатся кодом 400. Возьмите `get`.",
    ),
    "exercise_default": Text(
        "Almost: this gives `None`. The default is the second argument.",
        "Почти: так получится `None`. Значение по умолчанию — второй аргумент.",
    ),
    "exercise_wrong": Text(
        "Not yet. It begins with `request.form.get`.", "Ещё нет. Начинается с `request.form.get`."
    ),
}
