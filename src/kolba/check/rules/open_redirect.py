"""open-redirect: a redirect leads wherever the request says."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kolba.check.diagnostic import Hit, at
from kolba.check.module import Module
from kolba.check.nodes import argument
from kolba.check.reads import BY_LINK
from kolba.check.rule import Rule
from kolba.check.text import Text

# The referrer is the page before: who sent the visitor here is where they come from.
_KINDS = BY_LINK | {"path_parameter", "json"}


def find(call: ast.Call, module: Module) -> Iterator[Hit]:
    if module.of(call.func) != "flask.redirect" or _is_guarded(call, module):
        return
    source = module.flow(call).source(argument(call, 0, "location"))
    if source is not None and source.whole and source.kind in _KINDS:
        yield at(call, source=source.text)


def _is_guarded(call: ast.Call, module: Module) -> bool:
    """Kolba's own `redirect` refuses such targets."""
    return "kolba" in module.packages or any(k.arg == "external" for k in call.keywords)


RULE = Rule(
    code="open-redirect",
    chapter="redirects",
    message=Text(
        "the redirect leads wherever {source} says, to another site too",
        "перенаправление ведёт туда, куда укажет {source}, — и на чужой сайт",
    ),
    hint=Text(
        "Redirect to url_for(...), or only to a path of this site: one that begins with a single "
        '"/" and has neither "//" nor a backslash behind it',
        "Перенаправляйте на url_for(...) или только на путь этого сайта: он начинается с одной "
        "косой черты, за которой нет ни второй, ни обратной",
    ),
    why=Text(
        "A link to your site that ends on a copy of your login page is what phishing wants. "
        "`kolba.redirect` refuses targets outside the site.",
        "Ссылка на ваш сайт, которая приводит на копию вашей страницы входа, — то, что нужно "
        "для фишинга. `kolba.redirect` не пропускает цели вне сайта.",
    ),
    bad='return redirect(request.args.get("next") or "/")',
    good="""target = request.args.get("next", "/")
if not is_safe_target(target):
    target = "/"
return redirect(target)""",
    nodes=(ast.Call,),
    find=find,
)
