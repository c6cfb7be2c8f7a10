"""Commands on orders → C: a function per template that evaluates its fields, and one per verb that acts on them."""

from __future__ import annotations

from ...compiler import program as p
from . import cast as c
from .layout import CONTEXT, Layout, member, place_text, rate_capacity
from .lower_expr import Scope, Value, conjunction
from .lower_signals import context_parameter
from .reads import commands, constant

CORE = c.Unary("&", member("core"))
NOW = c.Field(member("core"), "now")
NEVER = c.Name("STRATC_NEVER")
OUTPUT = c.Declaration("stratc_output *", "output")
OUT = c.Name("output")
LINE = c.Declaration("uint32_t", "line")
VIEW = c.Unary("&", c.Name("view"))


def core(name: str) -> c.Expr:
    return c.Field(member("core"), name)


def call(function: str, *arguments: c.Expr) -> c.ExpressionStatement:
    return c.ExpressionStatement(c.Call(function, arguments))


def optional(value: Value) -> c.Initializer:
    return c.Initializer(((None, value.value), (None, c.Literal(1) if value.ok is None else value.ok)))


def holds(value: Value) -> c.Expr:
    """A condition is true: na is not."""
    result = conjunction([e for e in (value.ok, value.value) if e is not None])
    assert result is not None
    return result


def view(layout: Layout) -> c.Declaration:
    """The view, as the local of a function that acts."""
    return c.Declaration("const stratc_view", "view", c.Call(f"{layout.names.prefix}_view", (CONTEXT, OUT)))


def lower_orders(layout: Layout) -> list[c.Function]:
    return _OrderLowering(layout).functions()


class _OrderLowering:
    def __init__(self, layout: Layout) -> None:
        self.layout, self.program, self.prefix = layout, layout.program, layout.names.prefix
        children = {child for t in self.program.templates for child in t.children}
        every = list(commands(self.program))
        self.submitted = {k.template for k in every if k.verb is p.Verb.SUBMIT} | children
        self.replaced = {k.template for k in every if k.verb is p.Verb.REPLACE} | children

    def functions(self) -> list[c.Function]:
        found = [self._view(), self._cancel()]
        for index, template in enumerate(self.program.templates):
            verbs = [("submit", self.submitted), ("replace", self.replaced)]
            used = [verb for verb, templates in verbs if index in templates]
            if used:
                found.append(self._fields(template))
            found += [self._verb(verb, index, template) for verb in used]
        return [*found, *self._release()]

    # ---- what the runtime works on

    def _view(self) -> c.Function:
        rates = rate_capacity(self.program) > 0
        parts: list[tuple[str | None, c.Expr]] = [
            ("plan", c.Unary("&", c.Name(f"{self.prefix}_plan"))),
            ("core", CORE),
            ("holdings", member("holdings")),
            ("slots", member("slots")),
            ("deadlines", member("deadlines")),
            *([("limits", member("limits"))] if self.program.bounds or self.program.standing else []),
            *([("sends", c.Unary("&", member("sends"))), ("sent_at", member("sent_at"))] if rates else []),
            ("output", OUT),
            ("refusing", self._refusing()),
        ]
        body = (c.Return(c.Initializer(tuple(parts), "stratc_view")),)
        comment = "what the runtime works on"
        return c.Function("stratc_view", f"{self.prefix}_view", (context_parameter(self.layout), OUTPUT), body, comment)

    def _refusing(self) -> c.Expr:
        """A standing rule fires, or has a signal that is not ready."""
        parts: list[c.Expr] = []
        for index, rule in enumerate(self.program.standing):
            parts.append(c.Binary("!=", c.Field(c.Index(member("watches"), c.Literal(index)), "firing"), c.Literal(0)))
            ready = rule_ready(self.layout, rule)
            parts += [] if ready is None else [c.Unary("!", ready)]
        result: c.Expr = parts[0] if parts else c.Literal(False)
        for part in parts[1:]:
            result = c.Binary("||", result, part)
        return result

    # ---- commands

    def _cancel(self) -> c.Function:
        parameters = (context_parameter(self.layout), c.Declaration("int32_t", "template_id"), LINE, OUTPUT)
        body = (view(self.layout), call("stratc_cancel", VIEW, c.Name("template_id"), c.Name("line")))
        return c.Function("void", f"{self.prefix}_cancel", parameters, body, "cancel: -1 is every order")

    def _fields(self, template: p.Template) -> c.Function:
        body: list[c.Statement] = []
        scope = Scope(self.layout, body, template.name)
        parts = {"qty": template.qty, "price": template.price, "trigger": template.trigger, "expires": template.expires}
        values: list[tuple[str | None, c.Expr]] = [
            (name, optional(scope.lower(part))) for name, part in parts.items() if part is not None
        ]
        body.append(c.Return(c.Initializer(tuple(values), "stratc_fields")))
        if not c.mentions(tuple(body), CONTEXT.name):
            body.insert(0, c.ExpressionStatement(c.Cast("void", CONTEXT)))
        name = f"{self.prefix}_fields_{template.name}"
        comment = place_text(self.program, template.place)
        return c.Function("stratc_fields", name, (context_parameter(self.layout),), tuple(body), comment)

    def _verb(self, verb: str, index: int, template: p.Template) -> c.Function:
        fields = c.Declaration(
            "const stratc_fields", "fields", c.Call(f"{self.prefix}_fields_{template.name}", (CONTEXT,))
        )
        act = call(f"stratc_{verb}", VIEW, c.Literal(index), c.Unary("&", c.Name("fields")), c.Name("line"))
        parameters = (context_parameter(self.layout), LINE, OUTPUT)
        body = (view(self.layout), fields, act)
        return c.Function("void", f"{self.prefix}_{verb}_{template.name}", parameters, body)

    # ---- brackets

    def _release(self) -> list[c.Function]:
        body: list[c.Statement] = []
        for index, parent in enumerate(self.program.templates):
            if parent.children:
                children = tuple(s for child in parent.children for s in self._child(child))
                of_parent = c.Binary("==", core("filled"), c.Literal(index + 1))
                body += [c.Comment(place_text(self.program, parent.place)), c.If(of_parent, children)]
        if not body:
            return []
        comment = "with each fill of a parent the children of its bracket are sent, or grow"
        parameters = (context_parameter(self.layout), OUTPUT)
        return [c.Function("void", f"{self.prefix}_release", parameters, (view(self.layout), *body), comment)]

    def _child(self, index: int) -> list[c.Statement]:
        template = self.program.templates[index]
        grow, send = (
            call(f"{self.prefix}_{verb}_{template.name}", CONTEXT, c.Literal(template.place.line), OUT)
            for verb in ("replace", "submit")
        )
        is_open = c.Call("stratc_has_open", (VIEW, c.Literal(index)))
        return [c.Comment(place_text(self.program, template.place)), c.If(is_open, (grow,), (send,))]


def rule_ready(layout: Layout, rule: p.Standing) -> c.Expr | None:
    """Every signal that the condition reads is ready; None where that is always so."""
    if rule.condition is None or (constant(rule.ready) and rule.ready.at(()) < 0):
        return None
    return Scope(layout, [], "").after(rule.ready)
