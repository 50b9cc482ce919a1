"""Chapter 1."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("URLs", "Генерация URL"),
    "lead": Text(
        "A template that writes `/items/7` by hand breaks when the route moves. `url_for` asks "
        "the routes instead: give it an endpoint, which is the name of a view, and the route’s "
        "arguments.",
        "Шаблон, в котором `/items/7` написано вручную, ломается, как только маршрут меняется. "
        "`url_for` спрашивает сами маршруты: дайте ей конечную точку — имя представления — и "
        "аргументы маршрута.",
    ),
    "lesson": Text(
        "Attention! Do not create a view function named `static`.",
        "Внимание! Не стоит создавать view функцию с именем `static`.",
    ),
    "build_title": Text("Build a URL", "Постройте URL"),
    "build_lead": Text(
        "Choose an endpoint of this site, or write one that does not exist. Arguments that the "
        "route does not know go into the query.",
        "Выберите конечную точку этого сайта или напишите несуществующую. Аргументы, которых "
        "маршрут не знает, попадают в строку запроса.",
    ),
    "endpoint": Text("Endpoint", "Конечная точка"),
    "arguments": Text("Arguments, one a line", "Аргументы, по одному на строке"),
    "arguments_hint": Text("As `name=value`", "В виде `имя=значение`"),
    "external": Text("With the host: `_external=True`", "Вместе с хостом: `_external=True`"),
    "build": Text("Build", "Построить"),
    "call": Text("The call", "Вызов"),
    "result": Text("The URL", "Получился URL"),
    "failed": Text("It cannot be built", "Построить не удалось"),
    "host_warning": Text(
        "The host in it is what your browser wrote into the `Host` header. Whoever sends another "
        "header gets another host: fill in `SERVER_NAME` or `TRUSTED_HOSTS` before such a URL "
        "goes into a letter.",
        "Хост в этом адресе — тот, что браузер написал в заголовке `Host`. Кто пришлёт другой "
        "заголовок, получит другой хост: прежде чем вставлять такой URL в письмо, задайте "
        "`SERVER_NAME` или `TRUSTED_HOSTS`.",
    ),
    "argument": Text(
        "This line is not an argument: `{line}`. A name is a Python name; those that begin with "
        "an underscore are options of `url_for`, and the tour has its own field for one.",
        "Эта строка — не аргумент: `{line}`. Имя должно быть именем Python; с подчёркивания "
        "начинаются параметры самой `url_for`, и для одного из них здесь есть отдельное поле.",
    ),
    "suggested": Text(
        "No route has this endpoint. Werkzeug offers the one most alike: `{suggested}`. You meet "
        "this error in development, when the page is made; a link written by hand would have "
        "become a 404 for a visitor.",
        "Маршрута с такой конечной точкой нет. Werkzeug предлагает самую похожую: `{suggested}`. "
        "Эту ошибку вы увидите при разработке, когда строится страница; ссылка, написанная "
        "вручную, обернулась бы для посетителя ошибкой 404.",
    ),
    "missing": Text(
        "The route needs arguments that were not given: `{names}`.",
        "Маршруту нужны аргументы, которых не дали: `{names}`.",
    ),
    "converter": Text(
        "The route’s converter does not take this value: `<int:number>` wants a whole number.",
        "Конвертер маршрута не принимает это значение: `<int:number>` ждёт целое число.",
    ),
    "example_item": Text("a number", "число"),
    "example_person": Text("a text with spaces", "текст с пробелами"),
    "example_file": Text("a path", "путь"),
    "example_query": Text("an argument too many", "лишний аргумент"),
    "example_missing": Text("an argument missing", "не хватает аргумента"),
    "example_misspelt": Text("a misspelt endpoint", "опечатка в имени"),
    "example_wrong": Text("a wrong value", "неверное значение"),
    "trap_title": Text("The trap of `static`", "Ловушка имени `static`"),
    "trap_lead": Text(
        "Every Flask application with a folder for static files has an endpoint `static` "
        "already. Choose a name for a view: a small application is really built with it, and "
        "asked for `url_for('static', filename='style.css')`.",
        "У каждого приложения Flask с папкой статических файлов уже есть конечная точка `static`. "
        "Выберите имя для представления: с ним будет действительно создано маленькое приложение, "
        "и у него спросят `url_for('static', filename='style.css')`.",
    ),
    "trap_name": Text("Name of the view", "Имя представления"),
    "trap_folder": Text("Folder for static files", "Папка статических файлов"),
    "trap_on": Text("there is one", "есть"),
    "trap_off": Text("there is none", "нет"),
    "trap_build": Text("Build the application", "Создать приложение"),
    "trap_error": Text(
        "The application does not start. This is the better case: nobody can overlook it.",
        "Приложение не запускается. Это ещё хороший случай: такого не заметить нельзя.",
    ),
    "trap_silent": Text(
        "The application starts, and every style sheet now leads to your page. Nothing says so; "
        "the pages just lose their looks.",
        "Приложение запускается, но все ссылки на таблицы стилей теперь ведут на вашу страницу. "
        "Об этом ничто не скажет: страницы просто останутся без оформления.",
    ),
    "trap_fine": Text(
        "This is as it should be: the view and the static files have a name each.",
        "Так и должно быть: у представления и у статических файлов свои имена.",
    ),
    "trap_none": Text(
        "There is nothing named `static`, and the template that asks for it fails at once.",
        "Ничего с именем `static` нет, и шаблон, который его спросит, сразу завершится ошибкой.",
    ),
    "matched_title": Text("The way back", "Обратный путь"),
    "matched_lead": Text(
        "The route read this URL, and gave its view what it found:",
        "Маршрут прочитал этот URL и передал представлению то, что в нём нашёл:",
    ),
    "rule": Text("Rule", "Правило"),
    "value": Text("Value", "Значение"),
    "type": Text("Type", "Тип"),
    "argument_name": Text("Argument", "Аргумент"),
    "matched_back": Text("Build another URL", "Построить другой URL"),
}
