/** A queue of fixed size; the oldest item makes room for a new one. */
export class Ring<T> {
  readonly #items: (T | undefined)[];
  #start = 0;
  #size = 0;

  constructor(readonly capacity: number) {
    this.#items = new Array<T | undefined>(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds an item at the end. */
  push(item: T): void {
    const end = (this.#start + this.#size) % this.capacity;
    this.#items[end] = item;
    if (this.#size === this.capacity) {
      this.#start = (this.#start + 1) % this.#size;
    } else {
      this.#size += 1;
    }
  }

  /** Takes the oldest item. */
  shift(): T | undefined {
    const item = this.#items[this.#start];
    this.#items[this.#start] = undefined;
    this.#start = (this.#start + 1) % this.capacity;
    this.#size -= 1;
    return item;
  }

  toArray(): T[] {
    const items: T[] = [];
    for (let i = 0; i < this.#size; i++) {
      items.push(this.#items[(this.#start + i) % this.capacity] as T);
    }
    return items;
  }
}
