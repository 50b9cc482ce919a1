"""json-in-script: JSON of `json.dumps` stands in a script unescaped."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jinja2 import nodes

from kolba.check.diagnostic import Hit
from kolba.check.module import Module
from kolba.check.project import Project
from kolba.check.rule import Rule
from kolba.check.template import Template
from kolba.check.text import Text
from kolba.check.values import at
from kolba.check.views import assigned
from kolba.escaping.contexts import Context
from kolba.escaping.expressions import Origin


def find(project: Project) -> Iterator[Hit]:
    names = [template.name for template in project.templates]
    for template in project.templates:
        calls = project.renders.get(template.name, ())
        if not calls or names.count(template.name) != 1:
            continue
        given = {n for call in calls for n, v in call.values() if _is_dumped(v, call.module)}
        for name, node in _marked(template):
            if name in given - template.bound:
                yield at(node, template.path, name=name)


def _marked(template: Template) -> Iterator[tuple[str, nodes.Node]]:
    """The values in scripts that are nothing but a name with `|safe` behind it."""
    for value in template.values_in(Context.SCRIPT, Origin.RAW):
        match value.node:
            case nodes.Filter(name="safe", node=nodes.Name(name=name)):
                yield name, value.node


def _is_dumped(value: ast.expr, module: Module) -> bool:
    """Whether a value is JSON of something that is no constant, whichever way was taken."""
    if isinstance(value, ast.Name):
        made = list(assigned(value, module))
        return bool(made) and all(_is_call(one, module) for one in made)
    return _is_call(value, module)


def _is_call(value: ast.expr, module: Module) -> bool:
    if not isinstance(value, ast.Call) or module.of(value.func) != "json.dumps":
        return False
    return bool(value.args) and any(
        isinstance(part, ast.Name | ast.Call | ast.Attribute) for part in ast.walk(value.args[0])
    )


RULE = Rule(
    code="json-in-script",
    chapter="escaping",
    message=Text(
        "{name} is made by json.dumps, which leaves </script> as it is: a text in it ends the "
        "script",
        "{name} сделано через json.dumps, а он оставляет </script> как есть: строка внутри "
        "закончит скрипт",
    ),
    hint=Text(
        "Hand over the value itself, and write {{ {name}|tojson }}",
        "Передайте само значение и напишите {{ {name}|tojson }}",
    ),
    why=Text(
        "The browser looks for `</script>` before it reads JavaScript. A name such as "
        "`</script><script>...` runs as your site. `|tojson` writes `<` as `\\u003c`.",
        "Браузер ищет `</script>` до того, как читает JavaScript. Имя вроде "
        "`</script><script>...` выполнится от имени вашего сайта. `|tojson` пишет `<` как "
        "`\\u003c`.",
    ),
    bad="""{# render_template("map.html", places=json.dumps(places)) #}
<script>show({{ places|safe }})</script>""",
    good="""{# render_template("map.html", places=places) #}
<script>show({{ places|tojson }})</script>""",
    find_in_project=find,
    asked_for=True,
)
