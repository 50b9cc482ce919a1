"""Why a target of a redirect is refused."""

from kolba.tour.texts.text import Text

TEXTS = {
    "fine": Text(
        "It is a path within this site: the redirect may follow it.",
        "Это путь внутри сайта: перенаправлять туда можно.",
    ),
    "empty": Text("It is empty.", "Он пустой."),
    "long": Text("It is longer than any page’s address.", "Он длиннее адреса любой страницы."),
    "control": Text(
        "It has a space, a tab or a line break in it. Browsers drop them and then read what is "
        "left, which may be another site.",
        "В нём есть пробел, табуляция или перевод строки. Браузер их выбросит и прочтёт "
        "оставшееся, а это может быть другой сайт.",
    ),
    "backslash": Text(
        "It has a backslash, and browsers read a backslash as a slash: `/\\` is `//`, the "
        "beginning of another site’s address.",
        "В нём есть обратная косая черта, а браузер читает её как обычную: `/\\` — это `//`, "
        "начало адреса другого сайта.",
    ),
    "host": Text(
        "After `//` comes the name of a host: the browser would go to another site, and the "
        "visitor would believe to be still on this one.",
        "После `//` следует имя сервера: браузер ушёл бы на другой сайт, а посетитель думал бы, "
        "что он всё ещё на этом.",
    ),
    "path": Text(
        "It does not begin with `/`, so it has a scheme of its own, as `https:` or "
        "`javascript:`, or depends on the page that it is read on.",
        "Он не начинается с `/`: значит, у него своя схема, например `https:` или `javascript:`, "
        "или он зависит от страницы, на которой его прочтут.",
    ),
}
