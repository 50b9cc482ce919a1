"""The login page, and the page behind it."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("Log in", "Вход"),
    "lead": Text(
        "Any name will do: the tour asks for no password.",
        "Подойдёт любое имя: пароль экскурсия не спрашивает.",
    ),
    "user": Text("Your name", "Ваше имя"),
    "remember": Text(
        "Remember me for 31 days",
        "Запомнить меня на 31 день",
    ),
    "log_in": Text("Log in", "Войти"),
    "log_out": Text("Log out", "Выйти"),
    "secret_title": Text("The protected page", "Защищённая страница"),
    "secret_lead": Text(
        "Hello, {user}. Only those who are logged in see this page. Look at the exchange: if you "
        "came by way of the login page, the last redirect brought you back here.",
        "Здравствуйте, {user}. Эту страницу видят только те, кто вошёл. Посмотрите на обмен: если "
        "вы пришли через страницу входа, сюда вас вернуло последнее перенаправление.",
    ),
    "to_chapter_4": Text("Back to chapter 4", "Назад к главе 4"),
}
