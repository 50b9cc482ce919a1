"""The rules: one mistake, one file. A new one is a file here and its name in the list."""

from __future__ import annotations

from importlib import import_module

from kolba.check.rule import Rule

_NAMES = (
    "address_from_request",
    "autoescape_off",
    "code_from_request",
    "command_from_request",
    "cookie_never_sent",
    "cookie_not_deleted",
    "cors_with_credentials",
    "debug_in_code",
    "debugger_on_every_address",
    "decorator_above_route",
    "deleted_by_get",
    "duplicate_route",
    "endpoint_taken",
    "field_not_in_form",
    "form_method_refused",
    "form_read_on_get",
    "form_without_enctype",
    "global_written_in_view",
    "html_from_request",
    "json_in_double_quotes",
    "link_arguments",
    "link_from_request",
    "logged_out_by_get",
    "login_cookie_in_the_open",
    "markup_from_request",
    "markup_of_values",
    "method_never_arrives",
    "missing_value_used",
    "nested_session_change",
    "open_redirect",
    "password_hashed_fast",
    "password_in_session",
    "path_for_an_endpoint",
    "path_from_request",
    "plain_password",
    "request_outside_of_a_request",
    "result_thrown_away",
    "route_after_run",
    "route_parameters",
    "samesite_none_without_secure",
    "secret_key_at_random",
    "secret_key_in_code",
    "server_started_at_import",
    "session_cookie_in_the_open",
    "sql_from_request",
    "status_lost",
    "template_from_request",
    "template_not_escaped",
    "template_not_found",
    "text_is_no_number",
    "unknown_endpoint",
    "unquoted_attribute",
    "upload_under_its_own_name",
    "value_in_handler",
    "value_in_script",
    "view_returns_nothing",
)

RULES: tuple[Rule, ...] = tuple(import_module(f"kolba.check.rules.{name}").RULE for name in _NAMES)
"""Every rule there is, by its code."""
