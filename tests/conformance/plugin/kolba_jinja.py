"""A pytest plugin: Jinja's own `Environment` and `Template` are the cheaper ones, from the start.

`KOLBA_TECHNIQUES` names one technique, or `all`. Without it, Jinja stays as it is.
"""

import os

if chosen := os.environ.get("KOLBA_TECHNIQUES"):
    import jinja2

    from kolba.templates.equipment import equip, template_class
    from kolba.templates.techniques import ALL, only

    techniques = ALL if chosen == "all" else only(chosen)
    assert equip(jinja2.Environment, techniques) is None
    for module in (jinja2, jinja2.environment):
        vars(module)["Template"] = template_class(techniques)
