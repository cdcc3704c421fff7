/** Something that is due at a moment of virtual time. */
export interface Happening {
  happen(): void;
}

const FIRST_CAPACITY = 256;

/**
 * Time that passes only when something happens. What is due first happens first; of what is due at one moment, what
 * was scheduled first. A binary heap over three parallel arrays, so that waiting costs no object of its own.
 */
export class VirtualClock {
  #now: number;
  #count = 0;
  #scheduled = 0;
  #times = new Float64Array(FIRST_CAPACITY);
  /** Which of equal times was scheduled first. */
  #orders = new Float64Array(FIRST_CAPACITY);
  #happenings: Happening[] = [];

  /** `now`: milliseconds. */
  constructor(now: number) {
    this.#now = now;
  }

  get now(): number {
    return this.#now;
  }

  /** How many happenings are still to come. */
  get waiting(): number {
    return this.#count;
  }

  /** When the next of them is due; infinite when nothing is to come. */
  get nextAt(): number {
    return this.#count === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  /** A moment that has passed means now. */
  schedule(at: number, happening: Happening): void {
    if (this.#count === this.#times.length) this.#grow();
    const time = at > this.#now ? at : this.#now;
    const order = this.#scheduled++;
    let place = this.#count++;
    while (place > 0) {
      const above = (place - 1) >> 1;
      // A later order never goes before an equal time.
      if ((this.#times[above] as number) <= time) break;
      this.#move(above, place);
      place = above;
    }
    this.#put(place, time, order, happening);
  }

  /** Moves on to what is due next and lets it happen; false when nothing is to come. */
  advance(): boolean {
    if (this.#count === 0) return false;
    this.#now = this.#times[0] as number;
    const happening = this.#happenings[0] as Happening;
    this.#removeFirst();
    happening.happen();
    return true;
  }

  #removeFirst(): void {
    const last = --this.#count;
    const time = this.#times[last] as number;
    const order = this.#orders[last] as number;
    const happening = this.#happenings.pop() as Happening;
    if (last === 0) return;
    let place = 0;
    for (let below = 1; below < last; below = 2 * place + 1) {
      if (below + 1 < last && this.#isBefore(below + 1, this.#times[below] as number, this.#orders[below] as number))
        below++;
      if (!this.#isBefore(below, time, order)) break;
      this.#move(below, place);
      place = below;
    }
    this.#put(place, time, order, happening);
  }

  #isBefore(place: number, time: number, order: number): boolean {
    const other = this.#times[place] as number;
    return other < time || (other === time && (this.#orders[place] as number) < order);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#times[from] as number, this.#orders[from] as number, this.#happenings[from] as Happening);
  }

  #put(place: number, time: number, order: number, happening: Happening): void {
    this.#times[place] = time;
    this.#orders[place] = order;
    this.#happenings[place] = happening;
  }

  #grow(): void {
    const times = new Float64Array(2 * this.#times.length);
    const orders = new Float64Array(2 * this.#orders.length);
    times.set(this.#times);
    orders.set(this.#orders);
    this.#times = times;
    this.#orders = orders;
  }
}
