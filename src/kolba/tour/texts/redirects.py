"""Chapter 4."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("Redirects", "Перенаправления"),
    "lead": Text(
        "A redirect is an answer without a page: a status, and a `Location`. The browser goes "
        "there by itself, with a second request.",
        "Перенаправление — это ответ без страницы: код и заголовок `Location`. Браузер идёт туда "
        "сам, вторым запросом.",
    ),
    "lesson": Text(
        "Redirects take a user from one page to another. This is useful after a form has been "
        "sent, or to take a user to the login page who wants a protected page and is not logged "
        "in.",
        "Перенаправления позволяют перенаправлять пользователя с одной страницы на другую. Это "
        "может быть полезно, например, для перенаправления пользователя после успешной отправки "
        "формы или для перенаправления пользователя на страницу авторизации при попытке доступа "
        "к защищенной странице без авторизации.",
    ),
    "order_title": Text("Order tea, then reload", "Закажите чай и обновите страницу"),
    "order_lead": Text(
        "Send the form both ways, and reload the page each time. After a redirect the browser "
        "repeats the GET, which orders nothing; without one it repeats the order.",
        "Отправьте форму обоими способами, каждый раз обновляя страницу. После перенаправления "
        "браузер повторит GET, который ничего не заказывает; без него он повторит заказ.",
    ),
    "tea": Text("Tea", "Чай"),
    "tea_black": Text("black", "чёрный"),
    "tea_green": Text("green", "зелёный"),
    "tea_herbal": Text("herbal", "травяной"),
    "code": Text("Status", "Код ответа"),
    "code_302": Text("302, Flask’s default", "302, по умолчанию у Flask"),
    "code_303": Text("303, “see other”, Kolba’s", "303, «смотри другое», у Kolba"),
    "with_redirect": Text("Order, then redirect", "Заказать с перенаправлением"),
    "without_redirect": Text("Order without a redirect", "Заказать без перенаправления"),
    "orders": Text("Orders so far: {count}", "Всего заказов: {count}"),
    "last": Text("The last ones: {teas}", "Последние: {teas}"),
    "none": Text("Nothing has been ordered yet.", "Пока ничего не заказано."),
    "at_once": Text(
        "This page is the answer to the POST itself. Reload it, agree to send again, and count.",
        "Эта страница — ответ на сам POST. Обновите её, согласитесь отправить снова и посчитайте.",
    ),
    "forget": Text("Forget the orders", "Забыть заказы"),
    "login_title": Text("To the login page and back", "На страницу входа и обратно"),
    "login_lead": Text(
        "`@login_required` sends whoever is not logged in to the login page, and keeps in the "
        "session where they wanted to go.",
        "`@login_required` отправляет того, кто не вошёл, на страницу входа и хранит в сессии, "
        "куда он хотел попасть.",
    ),
    "open_secret": Text("Open the protected page", "Открыть защищённую страницу"),
    "logged_in": Text(
        "You are logged in as {user}: the page will open at once. Log out to see the redirects.",
        "Вы вошли как {user}: страница откроется сразу. Выйдите, чтобы увидеть перенаправления.",
    ),
    "next_title": Text("A hostile `next`", "Враждебный `next`"),
    "next_lead": Text(
        "The address of the login page is a link, and anyone can make one. A `next` that leads "
        "out of the site makes your login page a springboard to theirs. Test a target: it is not "
        "followed, only judged.",
        "Адрес страницы входа — это ссылка, а составить её может кто угодно. Если `next` выводит "
        "за пределы сайта, ваша страница входа становится трамплином на чужую. Проверьте цель: "
        "никуда переходить не будем, только скажем, можно ли.",
    ),
    "target": Text("Target", "Цель перенаправления"),
    "judge": Text("Judge it", "Проверить"),
    "accepted": Text("Accepted", "Принято"),
    "refused": Text("Refused", "Отклонено"),
    "answer": Text(
        "Kolba sends a browser on with 303 after a form, refuses a target outside the site "
        "unless its origin was named, and remembers at the gate only pages of the site.",
        "После формы Kolba отправляет браузер дальше с кодом 303, отказывает цели за пределами "
        "сайта, если её адрес не назван заранее, и запоминает у входа только страницы сайта.",
    ),
    "accepted_why": Text(
        "It stays within the site, as a browser reads it.",
        "Она остаётся на сайте, если читать её как браузер.",
    ),
    "refused_why": Text(
        "A browser would leave the site, or run something: it drops tabs, reads a backslash as a "
        "slash, and takes what follows `//` for a host.",
        "Браузер ушёл бы с сайта или что-то выполнил: он выбрасывает табуляции, читает обратную "
        "косую черту как обычную, а то, что идёт после `//`, считает хостом.",
    ),
    "exercise_lead": Text(
        "Write a `next` that the guard lets through, and that leads to the protected page of "
        "this chapter.",
        "Напишите такой `next`, чтобы проверка его пропустила и чтобы он вёл на защищённую "
        "страницу этой главы.",
    ),
    "exercise_next": Text("The target", "Цель"),
    "exercise_refused": Text(
        "The guard refuses it: it may lead to another site.",
        "Проверка его не пропустит: он может вести на другой сайт.",
    ),
    "exercise_elsewhere": Text(
        "It stays on the site, but leads to another page. Open the protected page and look at "
        "its address.",
        "Он остаётся на сайте, но ведёт на другую страницу. Откройте защищённую страницу и "
        "посмотрите на её адрес.",
    ),
}
