"""What the plan of an application says to people: which routes run compiled, and why others not.

Reads the plan and the registries; runs nothing of the application but the
loaders of its templates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from kolba import templates
from kolba.engine.compile import compile_app, route_plan
from kolba.engine.frame import PLAN
from kolba.engine.plan import AppPlan, RoutePlan
from kolba.engine.report import AppReport, Hooks, RouteReport

Scopes = tuple[str | None, ...]
Registry = Mapping[Any, list[Callable[..., Any]]]


def explain(app: Flask) -> AppReport:
    """How each route of `app` would run, were it asked now.

    Args:
        app: The application, with all of its routes and hooks registered.

    Returns:
        Every route in the order of the URL map, and what is left to Flask's
        own code and to stock Jinja, with the reasons.
    """
    plan = compile_app(app)
    return AppReport(
        routes=tuple(_route(app, plan, rule) for rule in app.url_map.iter_rules()),
        app_reasons=tuple(map(str, plan.fallbacks)),
        templates=tuple(_template(stock) for stock in templates.reasons(app)),
    )


def explain_rule(app: Flask, rule: Rule) -> RouteReport:
    """How the route of one rule runs, by the plan that `app` has."""
    plan: AppPlan | None = app.__dict__.get(PLAN)
    return _route(app, compile_app(app) if plan is None else plan, rule)


def reasons_of(app: Flask) -> tuple[str, ...]:
    """Why pieces of every request are left to Flask's own code, by the plan that `app` has."""
    plan: AppPlan | None = app.__dict__.get(PLAN)
    return () if plan is None else tuple(map(str, plan.fallbacks))


def _route(app: Flask, plan: AppPlan, rule: Rule) -> RouteReport:
    route = plan.index.routes.get(id(rule)) or route_plan(rule)
    return RouteReport(
        methods=tuple(sorted(rule.methods or ())),
        path=rule.rule,
        host_or_subdomain=(rule.host if app.url_map.host_matching else rule.subdomain) or None,
        endpoint=rule.endpoint,
        view=app.view_functions.get(rule.endpoint),
        before=_before(app, route),
        after=_after(app.after_request_funcs, route.after),
        teardown=(
            *_after(app.teardown_request_funcs, route.after),
            *reversed(app.teardown_appcontext_funcs),
        ),
        how="fallback" if plan.by_flask else "compiled",
        reasons=(plan.by_flask,) if plan.by_flask else (),
    )


def _before(app: Flask, route: RoutePlan) -> Hooks:
    """In the order of `Flask.preprocess_request`."""
    return (
        *_of_scopes(app.url_value_preprocessors, route.before),
        *_of_scopes(app.before_request_funcs, route.before),
    )


def _of_scopes(registry: Registry, scopes: Scopes) -> Iterable[Callable[..., Any]]:
    return [function for scope in scopes for function in registry.get(scope, ())]


def _after(registry: Registry, scopes: Scopes) -> Hooks:
    """The last registered first, scope by scope, as Flask runs them."""
    return tuple(function for scope in scopes for function in reversed(registry.get(scope, ())))


def _template(stock: templates.StockReason) -> str:
    return f"{stock.template or 'every template'}: {stock.reason}"
