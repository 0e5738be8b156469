"""Loaded by every Python process of a test command, because this folder stands first in PYTHONPATH.

It makes pytest and unittest write what they find to the file named by PATCHWRIGHT_PYTHON_REPORT, one JSON object a
line, and changes nothing else. Runs on Python 2.7 and on 3.6 and later.
"""
import os
import sys


def _load_the_shadowed_one():
    here = os.path.dirname(os.path.abspath(__file__))
    path = sys.path[:]
    own = sys.modules.pop("sitecustomize", None)
    sys.path[:] = [entry for entry in path if os.path.abspath(entry) != here]
    try:
        import sitecustomize  # noqa: F401
    except ImportError:
        pass
    finally:
        sys.path[:] = path
        if own is not None:
            sys.modules.setdefault("sitecustomize", own)


class _AfterImport(object):
    """Patches `unittest.result` once it has been imported, so that other programs do not pay for it."""

    name = "unittest.result"

    def find_spec(self, name, path=None, target=None):
        if name != self.name:
            return None
        import importlib.util

        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return None
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            import patchwright_unittest

            patchwright_unittest.install(module)

        spec.loader.exec_module = exec_module
        return spec


def _install():
    if not os.environ.get("PATCHWRIGHT_PYTHON_REPORT"):
        return
    plugins = [name for name in os.environ.get("PYTEST_PLUGINS", "").split(",") if name]
    if "patchwright_pytest" not in plugins:
        os.environ["PYTEST_PLUGINS"] = ",".join(plugins + ["patchwright_pytest"])
    if sys.version_info[0] >= 3:
        sys.meta_path.insert(0, _AfterImport())
    else:
        import unittest.result

        import patchwright_unittest

        patchwright_unittest.install(unittest.result)


_load_the_shadowed_one()
_install()
