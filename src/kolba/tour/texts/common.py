"""What stands on every page."""

from kolba.tour.texts.text import Text

TEXTS = {
    "site": Text("Kolba’s tour", "Экскурсия по Kolba"),
    "skip": Text("Skip to the chapter", "К содержанию главы"),
    "chapters": Text("Chapters", "Главы"),
    "contents": Text("Contents", "Оглавление"),
    "theme": Text("Theme", "Тема"),
    "theme_auto": Text("As in the system", "Как в системе"),
    "theme_light": Text("Light", "Светлая"),
    "theme_dark": Text("Dark", "Тёмная"),
    "language": Text("Language", "Язык"),
    "chapter": Text("Chapter {number} of 8", "Глава {number} из 8"),
    "lesson": Text("From the lesson", "Из урока"),
    "kolba": Text("What Kolba does", "Что делает Kolba"),
    "code": Text("The code that answers", "Код, который отвечает"),
    "examples": Text("Try:", "Попробуйте:"),
    "see_exchange": Text("See the exchange", "Посмотреть обмен"),
    "previous": Text("Previous chapter", "Предыдущая глава"),
    "next": Text("Next chapter", "Следующая глава"),
    "footer": Text(
        "The tour is an application of the class `kolba.Kolba`. It works without scripts and "
        "asks no other server for anything.",
        "Экскурсия — приложение класса `kolba.Kolba`. Она работает без скриптов и ничего не "
        "запрашивает с других серверов.",
    ),
}
