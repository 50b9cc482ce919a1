"""What all exercises say."""

from kolba.tour.texts.text import Text

TEXTS = {
    "title": Text("Exercise", "Упражнение"),
    "check": Text("Check", "Проверить"),
    "solved": Text("Right! The exercise is solved.", "Верно! Упражнение решено."),
    "done": Text("Solved", "Решено"),
    "progress": Text("Exercises solved: {count} of {all}", "Решено упражнений: {count} из {all}"),
}
