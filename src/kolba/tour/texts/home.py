"""The first page."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("What goes over the wire", "Что передаётся по сети"),
    "lead": Text(
        "Eight short chapters about Flask, and what Kolba makes of it. On each page you change "
        "something, and see the very exchange that your browser and the server had about it: the "
        "request line, the headers, the cookies, the fields of the form, and what became of the "
        "session. Each has an exercise, and buttons that attack it.",
        "Восемь коротких глав о Flask и о том, что с ним делает Kolba. На каждой странице вы "
        "что-то меняете и видите обмен, который из-за этого произошёл между браузером и "
        "сервером: строку запроса, заголовки, cookie-файлы, поля формы и то, что стало с "
        "сессией. В каждой главе есть упражнение и кнопки, которые её атакуют.",
    ),
    "first_exchange": Text(
        "You have sent a request already: the one for this page. Here it is.",
        "Один запрос вы уже отправили: за этой страницей. Вот он.",
    ),
    "begin": Text("Begin with chapter 1", "Начать с главы 1"),
    "urls": Text(
        "Build addresses with `url_for`, and make it fail.",
        "Постройте адреса с помощью `url_for` и добейтесь от неё ошибки.",
    ),
    "escaping": Text(
        "Send dangerous text, and see it become harmless.",
        "Отправьте опасный текст и посмотрите, как он становится безобидным.",
    ),
    "requests": Text(
        "Send a form with a field missing, and one with a field too many.",
        "Отправьте форму, в которой поля не хватает, и форму с лишним полем.",
    ),
    "redirects": Text(
        "Order tea twice by mistake; then never again.",
        "Случайно закажите чай дважды — и больше никогда.",
    ),
    "flashes": Text(
        "Leave a message for the next page, and have a prefetch steal it.",
        "Оставьте сообщение для следующей страницы и дайте украсть его предзагрузке.",
    ),
    "cookies": Text(
        "Choose a theme and a language; see how the browser keeps them.",
        "Выберите тему и язык и посмотрите, как их хранит браузер.",
    ),
    "sessions": Text(
        "Steal a cookie, race two tabs, read a session without a key.",
        "Украдите cookie-файл, столкните две вкладки, прочитайте сессию без ключа.",
    ),
    "engine": Text(
        "Look into the plan that every request follows.",
        "Загляните в план, по которому идёт каждый запрос.",
    ),
}
