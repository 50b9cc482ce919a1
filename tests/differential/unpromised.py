"""Scenarios where Kolba may differ from Flask, and the reason, as `docs/fallbacks.md` states it.

Invariant: nothing enters this table whose answer differs; what differs is how often an inner
method of Jinja, or a function that must give the same for the same name, is asked.
"""

from __future__ import annotations

_INNER = "a compiled template is made and run without it"
_ASKED = "asked when a template is compiled, not again for each page"

UNPROMISED: dict[str, str] = {
    "class_patches_early.a_method[Template._from_namespace]": _INNER,
    "class_patches_early.a_method[Template.from_code]": _INNER,
    "class_patches_early.a_method[Template.new_context]": _INNER,
    "class_patches_early.a_method[Flask.select_jinja_autoescape]": _ASKED,
    "class_patches_early.a_wrapped_method[Template._from_namespace]": _INNER,
    "class_patches_early.a_wrapped_method[Template.from_code]": _INNER,
    "class_patches_early.a_wrapped_method[Template.new_context]": _INNER,
    "class_patches_early.a_wrapped_method[Flask.select_jinja_autoescape]": _ASKED,
    "class_patches_late.a_wrapped_method[Template._from_namespace]": _INNER,
    "class_patches_late.a_wrapped_method[Template.from_code]": _INNER,
    "class_patches_late.a_wrapped_method[Template.new_context]": _INNER,
    "class_patches_late.a_wrapped_method[Flask.select_jinja_autoescape]": _ASKED,
    "class_patches_late.a_method[Template._from_namespace]": _INNER,
    "class_patches_late.a_method[Template.from_code]": _INNER,
    "class_patches_late.a_method[Template.new_context]": _INNER,
    "class_patches_late.a_method[Flask.select_jinja_autoescape]": _ASKED,
    "class_patches_late.a_method_of_a_base[Flask.select_jinja_autoescape]": _ASKED,
    "patched_methods.a_method_replaced_before[select_jinja_autoescape]": _ASKED,
    "patched_methods.a_method_replaced_after[select_jinja_autoescape]": _ASKED,
    "patched_methods.a_method_overridden[select_jinja_autoescape]": _ASKED,
}

# Where Kolba comes after the patch, besides these.
UNPROMISED_LATE: dict[str, str] = {
    "class_patches_early.a_method[Flask.wsgi_app]": "the engine stays out, with a warning",
    "class_patches_early.a_method[Response._clean_status]": "called when the engine comes, too",
}
