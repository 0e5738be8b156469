"""Assertions that note whether they held, and go on."""

import ast
import os
import re
import sys

from pw_children import root_folder
from pw_code import live_functions, nested_codes, same_file

CHECKS = "__patchwright_checks__"


class Softener(ast.NodeTransformer):
    """Makes each assertion of a test note whether it held instead of ending the test."""

    def __init__(self):
        self.count = 0

    def visit_Assert(self, node):
        node.msg = None
        return self.noting(node)

    def visit_Expr(self, node):
        call = node.value
        if isinstance(call, ast.Call):
            name = getattr(call.func, "attr", None) or getattr(call.func, "id", "")
            if re.match(r"assert[A-Z_]\w*$", name):
                return self.noting(node)
        return node

    def noting(self, node):
        self.count += 1
        note = lambda held: ast.Expr(
            ast.Call(ast.Name(CHECKS, ast.Load()), [ast.Constant(self.count), ast.Constant(held)], [])
        )
        handler = ast.ExceptHandler(ast.Name(CHECKS + "error", ast.Load()), None, [note(False)])
        wrapped = ast.Try([node], [handler], [note(True)], [])
        return ast.fix_missing_locations(ast.copy_location(wrapped, node))


class NoBetter(BaseException):
    """A long test ends at the first assertion that fails as it did before."""


class Checks:
    """Collects what the assertions of one run told."""

    def __init__(self):
        self.clear()

    def __call__(self, number, held):
        time_of = self.times.get(number, 0)
        self.times[number] = time_of + 1
        self.held[(number, time_of)] = held
        before = self.before.get("%d:%d" % (number, time_of)) if self.before is not None else None
        if held:
            self.improved += before is not True
        elif self.before is not None and self.improved == 0:
            raise NoBetter()

    def clear(self, before=None):
        """`before`: how the assertions did, when the first that is no better is to end the test."""
        self.held = {}
        self.times = {}
        self.before = before
        self.improved = 0


checks = Checks()


def soften(files):
    """Swaps the test functions of the given files for versions whose assertions go on. Returns how to undo it."""
    undo = []
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if not isinstance(path, str) or not path.endswith(".py"):
            continue
        if os.path.relpath(os.path.abspath(path), root_folder[0]) not in files:
            continue
        try:
            with open(path, "rb") as file:
                tree = Softener().visit(ast.parse(file.read(), path))
            code = compile(tree, path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, OSError, RecursionError):
            continue
        module.__dict__[CHECKS] = checks
        module.__dict__[CHECKS + "error"] = Exception
        fresh = {}
        for each in nested_codes(code):
            fresh[(each.co_name, each.co_firstlineno)] = each
        for function in live_functions(lambda code: same_file(code.co_filename, path)):
            other = fresh.get((function.__code__.co_name, function.__code__.co_firstlineno))
            if other and len(other.co_freevars) == len(function.__code__.co_freevars):
                undo.append((function, function.__code__))
                function.__code__ = other
    return undo
