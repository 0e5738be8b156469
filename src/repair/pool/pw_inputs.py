"""Calls of a function as the tests make them, and calls like them, to tell candidates apart by what they return."""

import copy
import hashlib
import random
import sys

MOST_CALLS = 40
MOST_INPUTS = 240
SEED = 20240229
# Of each kind of character that a program may treat on its own.
CHARACTERS = " 07aZ.,-_(['"


def record_calls(codes, run):
    """Runs the tests and keeps the arguments of calls of the given code objects, as (function name, arguments)."""
    calls = []
    seen = set()

    def on_event(frame, event, _argument):
        if event == "call" and frame.f_code in codes and len(calls) < MOST_CALLS:
            try:
                arguments = arguments_of(frame)
                key = canonical(arguments)
                if key not in seen:
                    seen.add(key)
                    calls.append(copy.deepcopy(arguments))
            except Exception:
                pass  # arguments that cannot be copied tell nothing
        return None

    previous = sys.gettrace()
    sys.settrace(on_event)
    try:
        run()
    finally:
        sys.settrace(previous)
    return calls


def arguments_of(frame):
    code = frame.f_code
    names = code.co_varnames[: code.co_argcount]
    if code.co_flags & 0x0C or code.co_kwonlyargcount:
        raise ValueError("only plain parameters are told apart")
    return [frame.f_locals[name] for name in names]


def varied(calls):
    """The calls, and as many changes of them as there is room for; the same every time."""
    made = list(calls)
    known = {canonical(each) for each in calls}
    source = random.Random(SEED)
    pool = [value for call in calls for value in call]
    for _ in range(20 * MOST_INPUTS):
        if len(made) >= MOST_INPUTS or not calls:
            break
        call = copy.deepcopy(source.choice(made if source.random() < 0.3 else calls))
        if not call:
            break
        for _ in range(1 if source.random() < 0.7 else 2):
            at = source.randrange(len(call))
            if len(call) > 1 and source.random() < 0.3:
                call[at] = related(call, at, source)
            else:
                call[at] = changed(call[at], source, pool)
        key = canonical(call)
        if key not in known:
            known.add(key)
            made.append(call)
    return made


def related(call, at, source):
    """The value of an argument as it may stand to the others: the same, their sum, their difference."""
    value = call[at]
    others = [each for index, each in enumerate(call) if index != at and type(each) is type(value)]
    if not others or isinstance(value, bool):
        return value
    one, other = source.choice(others), source.choice(others)
    if isinstance(value, (int, float)):
        return source.choice([one, one + other, one - other, one * 2])
    return copy.deepcopy(one)


def changed(value, source, pool):
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return source.choice([value + 1, value - 1, 0, 1, 2, -value, value * 2, value // 2, source.randrange(0, 30), value + 10])
    if isinstance(value, float):
        return source.choice([value + 1.0, value - 0.5, 0.0, -value, value * 2, round(value, 1)])
    if isinstance(value, str):
        return changed_text(value, source, pool)
    if isinstance(value, (list, tuple)):
        return type(value)(changed_items(list(value), source, pool)) if type(value) in (list, tuple) else value
    if type(value) is dict and value:
        items = dict(value)
        key = source.choice(sorted(items, key=repr))
        if source.random() < 0.4:
            del items[key]
        else:
            items[key] = changed(items[key], source, pool)
        return items
    if type(value) is set:
        return set(changed_items(sorted(value, key=repr), source, pool))
    return value


def changed_text(text, source, pool):
    kind = source.randrange(9)
    if kind == 8:
        at = source.randrange(len(text) + 1)
        return text[:at] + source.choice(CHARACTERS) + text[at:]
    if text == "" or kind == 0:
        letters = "".join(each for each in pool if isinstance(each, str)) or "abcAB 1(["
        return text + source.choice(letters)
    at = source.randrange(len(text))
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + text[at] + text[at:]
    if kind == 3:
        return text.swapcase()
    if kind == 4:
        return text[::-1]
    if kind == 5:
        return text[:at]
    if kind == 6:
        return text[at:] + text[:at]
    other = source.choice([each for each in pool if isinstance(each, str)] or [text])
    return text[:at] + source.choice(other or "a") + text[at + 1 :]


def changed_items(items, source, pool):
    kind = source.randrange(7)
    if not items:
        return items if kind < 5 else [source.choice(pool)] if pool and not isinstance(pool[0], (list, tuple)) else items
    at = source.randrange(len(items))
    if kind == 0:
        del items[at]
    elif kind == 1:
        items.insert(at, copy.deepcopy(items[at]))
    elif kind == 2:
        items.reverse()
    elif kind == 3:
        source.shuffle(items)
    elif kind == 4:
        items = items[:at]
    else:
        items[at] = changed(items[at], source, pool)
    return items


def canonical(value, depth=5):
    """A text that is equal for values that are equal; objects by their fields."""
    if depth == 0:
        return "..."
    if isinstance(value, float):
        return "%.9g" % value
    if value is None or isinstance(value, (bool, int, str, bytes, complex)):
        return repr(value)[:2000]
    if isinstance(value, (list, tuple)):
        return type(value).__name__ + "(" + ",".join(canonical(each, depth - 1) for each in list(value)[:500]) + ")"
    if isinstance(value, (set, frozenset)):
        return "set(" + ",".join(sorted(canonical(each, depth - 1) for each in value)) + ")"
    if isinstance(value, dict):
        parts = sorted((canonical(k, depth - 1), canonical(v, depth - 1)) for k, v in value.items())
        return "dict(" + ",".join(k + ":" + v for k, v in parts) + ")"
    fields = getattr(value, "__dict__", None)
    name = type(value).__name__
    return name + (canonical(fields, depth - 1) if isinstance(fields, dict) else "")


def behaviour(function, arguments):
    """What a call gives back, and what it makes of its arguments, in a few characters."""
    own = copy.deepcopy(arguments)
    try:
        text = canonical(function(*own)) + "|" + canonical(own)
    except Exception as error:
        return "!" + type(error).__name__
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
