import type { LanguageId } from '../../src/syntax/languages.ts';

/** Small files with many kinds of syntax, whose edits must all parse. */
export const samples: readonly {
  readonly language: LanguageId;
  readonly path: string;
  readonly text: string;
}[] = [
  {
    language: 'python',
    path: 'shop.py',
    text: `import math


class Basket:
    """Things to buy."""

    def __init__(self, limit=10, *rest, **options):
        self.limit = limit
        self.items = []

    def add(self, item, count=1):
        """Adds an item.

        >>> Basket().add('x')
        1
        """
        if item is None or count <= 0:
            return len(self.items)
        elif(count > self.limit): raise ValueError('too many')
        else:
            count += 1
        for position, (name, price) in enumerate(self.items[1:], start=1):
            if not name: continue
            while price < 3.5 and name != "a b": price *= 2
        first, second = self.items[0], self.items[-1]
        self.items.append((item, count))
        totals = [x ** 2 for x in range(1, count) if x % 2 == 0]
        best = max(totals, key=lambda v: -v) if totals else None
        label = f"{best!r:>10}" + ' and '.join(str(t) for t in totals)
        table = {'a': 1, **{'b': first}}
        try:
            table['c'] = math.floor(second[1:count][0])
        except (TypeError, KeyError) as error:
            print(error)
        return -len(self.items) + sum(totals) // 2, label
`,
  },
  {
    language: 'javascript',
    path: 'shop.js',
    text: `'use strict';
const limits = { most: 10, least: 1 };

const add = (items, item, count = 1) => {
  'use strict';
  if (!item || count <= 0) return items.length;
  else if (count > limits.most) throw new Error('too many');
  let total = 0, name;
  for (let i = 0; i < items.length - 1; i++) total += items[i].price * count;
  for (const each of items) { if (each === item) continue; else total--; }
  while (total > 100 && count != 3) { total = total / 2; count -= 1 }
  do { total++; } while (total < 3);
  switch (count) {
    case 1: name = "one"; break;
    default: name = \`many \${count + 1}\`;
  }
  const doubled = items.map((x) => x * 2).filter(x => x % 2 === 0).sort((a, b) => a - b);
  const found = items?.[0]?.name ?? limits['least'];
  return { total, name: doubled.length ? name : null, ...found, last: items[items.length - 1] };
}

class Shelf extends Array {
  #size = 0;
  static of(...all) { return new Shelf(...all); }
  get size() { return this.#size; }
  async fill(from) { const got = await from(this.#size, 2); if (got) { this.#size += got; return -got; } }
  *walk(step = 1) { for (let at = 0; at < this.#size; at += step) yield this[at]; }
}

module.exports = { add, Shelf };
`,
  },
  {
    language: 'typescript',
    path: 'ring.ts',
    text: `import type { Source } from './source.ts';
import { clamp } from './clamp.ts';

export interface Options { readonly size?: number }

export class Ring<T> {
  private items: T[] = [];
  constructor(private readonly source: Source, options: Options = {}) {
    this.items.length = clamp(options.size ?? 3, 0, 9);
  }
  at(index: number, fallback?: T): T | undefined {
    if (index < 0 || index >= this.items.length) return fallback;
    const key = (index + 1) % this.items.length;
    return (this.items[key] as T)!;
  }
}

export function join<T>(list: readonly T[], by = ', '): string {
  let text = '';
  list.forEach((each, index) => {
    if (index > 0) text += by;
    text += String(each);
  });
  return text.trim() === '' ? 'nothing' : text;
}
`,
  },
  {
    language: 'go',
    path: 'shop.go',
    text: `package shop

import (
	"errors"
	"strings"
)

type Basket struct {
	limit int
	items []string
}

func (b *Basket) Add(item string, count int) (int, error) {
	if item == "" || count <= 0 && b.limit > 0 {
		return len(b.items), nil
	} else if count > b.limit {
		return 0, errors.New("too many")
	}
	total := 0
	for i := 0; i < count-1; i++ {
		total += i * 2
		total++
	}
	for _, each := range b.items[1:] {
		if !strings.Contains(each, item) {
			continue
		}
		total -= len(each) / 2
	}
	switch total {
	case 1:
		return -total, nil
	default:
		total = max(total, count)
	}
	visit := func(x int, y int) bool { return x >= y }
	if visit(total, count) {
		b.items = append(b.items, strings.ToUpper(item))
	}
	return total % 7, nil
}

func Join(list []string, by string) string {
	text := ""
	for index, each := range list {
		if index > 0 {
			text += by
		}
		text += each
	}
	return text
}
`,
  },
  {
    language: 'java',
    path: 'Shop.java',
    text: `package shop;

import java.util.List;

class Shop {
  private int limit = 10;

  Shop(int limit) {
    this.limit = limit;
  }

  static int add(List<String> items, int count, boolean quick) throws Exception {
    int total = 0, other = -1;
    if (count <= 0 && !items.isEmpty() || quick) {
      return items.size() - 1;
    } else if (count > 3) throw new IllegalStateException("too many");
    for (int i = 0; i < items.size(); i++) {
      total += items.get(i).length() * 2;
      total++;
    }
    for (String each : items) {
      if (each == null) continue;
      other = Math.max(other, each.length() / 2);
    }
    while (total > 100) {
      total = total % 7;
      break;
    }
    String label = total > other ? "more" : "less";
    int[] sizes = {total, other};
    sizes[0] = Math.min(count, sizes[1]);
    return label.equals("more") ? sizes[0] : total - other;
  }

  boolean fits(int count) {
    return count + 1 <= this.limit && count != 13;
  }
}
`,
  },
];
