"""The laboratory: each attack's name, what is done, and what harm or none looks like."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("Attack it", "Атакуйте"),
    "lead": Text(
        "Each button builds one small application twice from the same code, with the class "
        "`flask.Flask` and with `kolba.Kolba`, and really sends the attack to both.",
        "Каждая кнопка дважды собирает из одного и того же кода маленькое приложение, с классом "
        "`flask.Flask` и с классом `kolba.Kolba`, и действительно отправляет атаку обоим.",
    ),
    "source": Text("The code that is attacked", "Код, который атакуют"),
    "exchange": Text("What was sent, and what came back", "Что отправлено и что пришло в ответ"),
    "raised": Text("The error, for its author", "Ошибка, для автора кода"),
    "logged": Text("Its log says, to whoever runs it:", "В его журнале, для того, кто его ведёт:"),
    "at_start": Text(
        "The application does not start. Its author reads:",
        "Приложение не запускается. Его автор читает:",
    ),
    "works": Text("The attack works", "Атака удалась"),
    "refused": Text("Refused", "Отказано"),
    "recovered": Text("Recovered", "Исправлено"),
    "reported": Text("Reported", "Сообщено"),
    "held": Text("Holds", "Держится"),
    "no_body": Text("(no body)", "(тела нет)"),
    "by_browser": Text(
        "Your own browser sent this form from the other site; these are its words: {said}.",
        "Эту форму отправил с другого сайта ваш собственный браузер; вот что он сказал: {said}.",
    ),
    "by_tour": Text(
        "The tour sent this form itself, with the headers of a browser on another site. To send "
        "it from your own browser, open the other site below.",
        "Эту форму отправила сама экскурсия, с заголовками браузера на другом сайте. Чтобы "
        "отправить её из своего браузера, откройте другой сайт ниже.",
    ),
    "by_tour_only": Text(
        "The tour sent this form itself, with the headers of a browser on another site: under "
        "this address it has no second name to be another site by.",
        "Эту форму отправила сама экскурсия, с заголовками браузера на другом сайте: по этому "
        "адресу у неё нет второго имени, под которым она была бы другим сайтом.",
    ),
    "open_elsewhere": Text("Open the other site", "Открыть другой сайт"),
    "elsewhere_lead": Text(
        "Or have your own browser do it: the tour is also reached as `{site}`, and for a browser "
        "that is another site.",
        "Или пусть это сделает ваш собственный браузер: экскурсия доступна и как `{site}`, а для "
        "браузера это другой сайт.",
    ),
    "elsewhere_title": Text("Another site", "Другой сайт"),
    "elsewhere_text": Text(
        "You are on `{here}` now. The button below belongs to this site, but its form goes to "
        "`{site}`, with everything your browser adds to it.",
        "Сейчас вы на `{here}`. Кнопка ниже принадлежит этому сайту, но её форма уйдёт на "
        "`{site}` со всем, что добавит к ней ваш браузер.",
    ),
    "elsewhere_button": Text("Win a kettle", "Выиграть чайник"),
    "elsewhere_back": Text("Back to the tour", "Вернуться на экскурсию"),
    "static_title": Text("A view named `static`", "Представление с именем `static`"),
    "static_does": Text(
        "The page asks for its style sheet by `url_for('static', …)`.",
        "Страница запрашивает свою таблицу стилей через `url_for('static', …)`.",
    ),
    "static_harmed": Text(
        "The style sheet’s address leads to the page about electricity. Nothing says so: the "
        "site just loses its looks.",
        "Адрес таблицы стилей ведёт на страницу об электричестве. Об этом ничто не скажет: сайт "
        "просто останется без оформления.",
    ),
    "static_held": Text(
        "The view is not taken: the error names it, its place and another name.",
        "Представление не принято: в ошибке названы оно само, его место и другое имя.",
    ),
    "host_title": Text("Somebody else’s `Host`", "Чужой заголовок `Host`"),
    "host_does": Text(
        "A stranger asks for Anna’s password mail and writes another host into the request.",
        "Незнакомец просит выслать Анне письмо для смены пароля и пишет в запросе чужой хост.",
    ),
    "host_harmed": Text(
        "The link in Anna’s mail leads to the stranger’s site, and hands over her token.",
        "Ссылка в письме Анны ведёт на сайт незнакомца и отдаёт ему её токен.",
    ),
    "host_held": Text(
        "The site answers to its own name only; no mail is written.",
        "Сайт отвечает только под своим именем; письмо не составлено.",
    ),
    "script_title": Text("A script in a name", "Скрипт вместо имени"),
    "script_does": Text(
        "The name goes into a template called `hello.jinja`. Flask escapes in four kinds of "
        "files, and this is none of them.",
        "Имя попадает в шаблон `hello.jinja`. Flask экранирует в файлах лишь нескольких типов, и "
        "этот к ним не относится.",
    ),
    "script_harmed": Text(
        "The script is a part of the page, and runs.",
        "Скрипт стал частью страницы и выполнится.",
    ),
    "script_held": Text(
        "The script is text: Kolba escapes in every template that makes a page.",
        "Скрипт остался текстом: Kolba экранирует во всех шаблонах страниц.",
    ),
    "link_title": Text("A link that runs code", "Ссылка, которая выполняет код"),
    "link_does": Text(
        "A visitor gives a `javascript:` address as home page. There is nothing to escape in it.",
        "Посетитель указывает домашней страницей адрес `javascript:`. Экранировать в нём нечего.",
    ),
    "link_harmed": Text(
        "Who follows the link runs the visitor’s code.",
        "Кто перейдёт по ссылке, выполнит код этого посетителя.",
    ),
    "link_held": Text(
        "The link leads nowhere: `about:invalid`.", "Ссылка ведёт в никуда: `about:invalid`."
    ),
    "unescaped_title": Text("A forgotten `escape`", "Забытая `escape`"),
    "unescaped_does": Text(
        "A view puts a name into an f-string, on its author’s machine (`app.debug = True`).",
        "Представление вставляет имя в `f`-строку на компьютере автора (`app.debug = True`).",
    ),
    "unescaped_harmed": Text(
        "The page is sent with the script in it, and nobody notices.",
        "Страница отправлена вместе со скриптом, и никто этого не заметил.",
    ),
    "unescaped_held": Text(
        "Instead of the page the author sees an error with the value and the view. On the live "
        "site nobody looks at f-strings: write `html(…)` or `escape` there.",
        "Вместо страницы автор видит ошибку, где названы значение и представление. На "
        "действующем сайте `f`-строки никто не проверяет: пишите в них `html(…)` или `escape`.",
    ),
    "missing_title": Text("A missing key", "Недостающий ключ"),
    "missing_does": Text(
        "The form comes without the city, which the view reads with `[]`.",
        "Форма приходит без города, а представление читает его через `[]`.",
    ),
    "missing_harmed": Text(
        "400, and not a word about what is missing.",
        "Код 400, и ни слова о том, чего не хватает.",
    ),
    "missing_held": Text(
        "400 that names the field, and what came instead.",
        "Код 400, в котором названо недостающее поле и то, что пришло.",
    ),
    "foreign_title": Text("Another site’s form", "Форма с другого сайта"),
    "foreign_does": Text(
        "A page elsewhere sends a form here, with your cookies if the browser lets it.",
        "Чужая страница отправляет сюда форму, и с вашими cookie-файлами, если браузер позволит.",
    ),
    "foreign_harmed": Text(
        "The money is on its way: the view does not know where the form came from.",
        "Деньги ушли: представление не знает, откуда взялась форма.",
    ),
    "foreign_held": Text(
        "Refused by what the browser itself says of the form. No token was needed.",
        "Отказано по тому, что о форме говорит сам браузер. Токены не понадобились.",
    ),
    "large_title": Text("Half a megabyte of text", "Полмегабайта текста"),
    "large_does": Text(
        "Somebody has written a very long story, and sends it.",
        "Кто-то написал очень длинный рассказ и отправляет его.",
    ),
    "large_harmed": Text(
        "413, and the story is gone from the answer.", "Код 413, и рассказа в ответе уже нет."
    ),
    "large_held": Text(
        "The same 413, but the story is in the answer, to be copied and shortened, and the "
        "limit is named.",
        "Тот же код 413, но рассказ возвращается в ответе, чтобы его скопировать и сократить, и "
        "предел назван.",
    ),
    "next_title": Text("`next=//evil.example`", "`next=//evil.example`"),
    "next_does": Text(
        "Anna follows a link to the real login page, with a `next` of somebody else’s.",
        "Анна переходит по ссылке на настоящую страницу входа, но `next` в ней чужой.",
    ),
    "next_harmed": Text(
        "After the login Anna is on the other site, which asks for her password once more.",
        "После входа Анна оказывается на чужом сайте, который ещё раз спрашивает её пароль.",
    ),
    "next_held": Text(
        "The redirect is refused, with the line that would allow it, were it meant.",
        "В перенаправлении отказано, и сказано, какая строка разрешила бы его, будь оно нужно.",
    ),
    "scheme_title": Text("`next=https://…`", "`next=https://…`"),
    "scheme_does": Text(
        "The same with a whole address.",
        "То же самое с полным адресом.",
    ),
    "scheme_harmed": Text("Anna is on the other site.", "Анна на чужом сайте."),
    "scheme_held": Text(
        "Refused: an outside target needs to be named by the site’s author.",
        "Отказано: цель за пределами сайта должен назвать его автор.",
    ),
    "head_title": Text("A HEAD request", "Запрос HEAD"),
    "head_does": Text(
        "A message waits. A link checker asks for the head of the page; then Anna opens it.",
        "Сообщение ждёт. Проверка ссылок запрашивает заголовки страницы; потом её открывает Анна.",
    ),
    "head_harmed": Text(
        "The message is gone: HEAD has taken it, and shown it to nobody.",
        "Сообщения нет: его забрал HEAD и никому не показал.",
    ),
    "head_held": Text("Anna sees the message.", "Анна видит сообщение."),
    "prefetch_title": Text("A prefetched page", "Страница, загруженная заранее"),
    "prefetch_does": Text(
        "A message waits. The browser fetches the page in advance; then Anna opens it.",
        "Сообщение ждёт. Браузер загружает страницу заранее; потом её открывает Анна.",
    ),
    "prefetch_harmed": Text(
        "The message was in the copy that nobody looked at.",
        "Сообщение осталось в той копии, на которую никто не смотрел.",
    ),
    "prefetch_held": Text("Anna sees the message.", "Анна видит сообщение."),
    "flash_race_title": Text("Two tabs at once", "Две вкладки сразу"),
    "flash_race_does": Text(
        "Two tabs save at the same moment, and each leaves a message.",
        "Две вкладки сохраняют в один и тот же миг, и каждая оставляет сообщение.",
    ),
    "flash_race_harmed": Text(
        "One message is lost: the cookie of the second answer knew nothing of it.",
        "Одно сообщение потеряно: cookie-файл второго ответа о нём не знал.",
    ),
    "flash_race_held": Text("Both messages are shown.", "Показаны оба сообщения."),
    "bare_title": Text("A cookie in a hurry", "Cookie-файл в спешке"),
    "bare_does": Text(
        "A view says `set_cookie('basket', 'tea')` and nothing more, on a site with HTTPS.",
        "Представление пишет `set_cookie('basket', 'tea')` и больше ничего, на сайте с HTTPS.",
    ),
    "bare_harmed": Text(
        "No `SameSite` and no `Secure`: what carries it is left to each browser, and a line "
        "without encryption gives it away.",
        "Нет ни `SameSite`, ни `Secure`: кто его пришлёт, решает каждый браузер, а соединение "
        "без шифрования его выдаст.",
    ),
    "bare_held": Text(
        "Both are there, because the connection allows them.",
        "Есть и то и другое, раз соединение позволяет.",
    ),
    "oversize_title": Text("A cookie too large", "Слишком большой cookie-файл"),
    "oversize_does": Text(
        "A view keeps a letter of more than 4 kB in a cookie.",
        "Представление хранит в cookie-файле письмо длиннее 4 кБ.",
    ),
    "oversize_harmed": Text(
        "The page says that the letter is kept. No browser keeps it, and none says so.",
        "Страница говорит, что письмо сохранено. Ни один браузер его не сохранит и не скажет "
        "об этом.",
    ),
    "oversize_held": Text(
        "An error at the line that sets it: nobody is promised what will not be kept.",
        "Ошибка в той строке, которая его ставит: никому не обещано то, что не сохранится.",
    ),
    "read_title": Text("Read the session", "Прочитать сессию"),
    "read_does": Text(
        "Anna logs in; somebody looks at her cookie, without any key.",
        "Анна входит; кто-то смотрит на её cookie-файл, не имея никакого ключа.",
    ),
    "read_harmed": Text(
        "All that the session holds can be read.", "Прочесть можно всё, что хранит сессия."
    ),
    "read_held": Text(
        "The cookie is a random number; what the session holds never leaves the server.",
        "В cookie-файле случайный номер; содержимое сессии не покидает сервера.",
    ),
    "tampered_title": Text("A forged cookie", "Поддельный cookie-файл"),
    "tampered_does": Text(
        "Anna logs in, writes `admin` into her cookie and leaves the rest as it was.",
        "Анна входит, вписывает в свой cookie-файл `admin`, а остальное оставляет как было.",
    ),
    "tampered_harmed": Text("The site takes her for `admin`.", "Сайт принимает её за `admin`."),
    "tampered_held": Text("Not believed: she is nobody now.", "Ему не верят: теперь она никто."),
    "stolen_title": Text("A stolen cookie", "Украденный cookie-файл"),
    "stolen_does": Text(
        "Somebody copies Anna’s cookie. Anna logs out; the copy comes back.",
        "Кто-то копирует cookie-файл Анны. Анна выходит; копия возвращается.",
    ),
    "stolen_harmed": Text(
        "The copy is still Anna: logging out has only told her own browser to forget.",
        "Копия — всё ещё Анна: выход лишь попросил её собственный браузер забыть.",
    ),
    "stolen_held": Text(
        "The session has ended for every copy of its cookie.",
        "Сессия закончилась для всех копий её cookie-файла.",
    ),
    "race_title": Text("Two tabs at once", "Две вкладки сразу"),
    "race_does": Text(
        "Two tabs put something into the cart at the same moment.",
        "Две вкладки в один и тот же миг кладут что-то в корзину.",
    ),
    "race_harmed": Text(
        "One of the two is lost: each request wrote the whole session over the other’s.",
        "Одно из двух потеряно: каждый запрос записал всю сессию поверх другого.",
    ),
    "race_held": Text(
        "Both are in the cart: each request saved what it had changed.",
        "В корзине и то и другое: каждый запрос сохранил то, что изменил.",
    ),
    "late_title": Text("Change a running site", "Изменить работающий сайт"),
    "late_does": Text(
        "The first request makes the plan. Then a view is replaced, as monitoring agents do.",
        "Первый запрос составляет план. Потом представление подменяют, как это делают программы "
        "наблюдения.",
    ),
    "late_harmed": Text(
        "The old view answers: the plan was stale.", "Отвечает старое представление: план устарел."
    ),
    "late_held": Text(
        "The new view answers at once: a stale plan is never run.",
        "Сразу отвечает новое представление: устаревший план не выполняется никогда.",
    ),
}
