"""Casbin (pycasbin): one policy line for each thing held, roles and packages as a role hierarchy."""

from __future__ import annotations

import logging

import casbin

from benchmarks.peers.closure import Closure, PlainQuestion

_MODEL = """
[request_definition]
r = sub, party, right
[policy_definition]
p = sub, party, what
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.party == p.party && g(r.right, p.what)
"""


class Casbin:
    """An enforcer; the fast one looks its lines up by subject and party, the plain one reads them all."""

    def __init__(self, closure: Closure, *, fast: bool) -> None:
        logging.getLogger("casbin").setLevel(logging.ERROR)
        model = casbin.FastModel([0, 1]) if fast else casbin.Model()
        model.load_model_from_text(_MODEL)
        self._enforcer = casbin.FastEnforcer(model, cache_key_order=[0, 1]) if fast else casbin.Enforcer(model)
        lines = [[subject, party, what] for (subject, party), held in closure.held.items() for what in sorted(held)]
        for line in lines:
            model.model["p"]["p"].policy.append(line)
        self.lines = len(lines)
        links = [[what, opener] for what, openers in closure.opened_by.items() for opener in sorted(openers)]
        self._enforcer.add_grouping_policies(links)

    def ask(self, question: PlainQuestion) -> bool:
        """One question."""
        return bool(self._enforcer.enforce(question.subject, question.party, question.right))
