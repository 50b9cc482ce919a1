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
    "external": Text("With the host", "Вместе с хостом"),
    "build": Text("Build", "Построить"),
    "call": Text("The call", "Вызов"),
    "result": Text("The URL", "Получился URL"),
    "failed": Text("It cannot be built", "Построить не удалось"),
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
    "origin": Text(
        "The host would be the one that this request wrote into its `Host` header. Kolba puts no "
        "such host into a URL: name the site’s origin once, in `KOLBA_ORIGINS`.",
        "Хост взялся бы из заголовка `Host` этого запроса. Такой хост Kolba в URL не вставит: "
        "назовите адрес сайта один раз, в `KOLBA_ORIGINS`.",
    ),
    "host_warning": Text(
        "A host of your own machine is let through, so that you can try. Any other must be named "
        "in `KOLBA_ORIGINS`: whoever sends another `Host` would get another link.",
        "Хост вашего собственного компьютера пропущен, чтобы можно было попробовать. Любой другой "
        "нужно назвать в `KOLBA_ORIGINS`: кто пришлёт другой `Host`, получил бы другую ссылку.",
    ),
    "answer": Text(
        "Kolba refuses the name at the start, with the view’s place. Endpoints and arguments in "
        "templates are checked before the first request, too.",
        "Kolba отказывает такому имени при запуске и называет место представления. Конечные "
        "точки и аргументы в шаблонах тоже проверяются до первого запроса.",
    ),
    "exercise_lead": Text(
        "Write the path that `url_for('urls.person', name='Anna Maria')` returns.",
        "Напишите путь, который вернёт `url_for('urls.person', name='Anna Maria')`.",
    ),
    "exercise_path": Text("The path", "Путь"),
    "exercise_space": Text(
        "Almost: a space cannot stand in a URL. Build it above and look.",
        "Почти: пробел в URL стоять не может. Постройте его выше и посмотрите.",
    ),
    "exercise_wrong": Text(
        "Not yet. The rule of this endpoint is `/urls/people/<name>`.",
        "Ещё нет. Правило этой конечной точки: `/urls/people/<name>`.",
    ),
}
