/** Number of pages that hold `count` items. */
export function pageCount(count, perPage) {
  return Math.floor(count / perPage);
}

/** The items of one page, counted from 1. */
export function page(items, number, perPage) {
  const start = (number - 1) * perPage;
  return items.slice(start, start + perPage);
}

/** Numbers of the pages around the current one, at most `width` to each side. */
export function neighbours(current, last, width) {
  const numbers = [];
  for (let n = Math.max(1, current - width); n <= Math.min(last, current + width); n++) {
    numbers.push(n);
  }
  return numbers;
}
