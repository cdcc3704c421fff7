/**
 * In which order things are done: one thing that has happened after the other, all effects of one before the next, and
 * nothing at all while one of them takes its time.
 */
export class Sequence<Effect> {
  readonly #execute: (effect: Effect) => void;
  readonly #happened: (() => void)[] = [];
  /** Those that are not executed yet, the next one last. */
  #effects: Effect[] = [];
  #isPaused = false;
  #isBusy = false;

  constructor(execute: (effect: Effect) => void) {
    this.#execute = execute;
  }

  /** Is dealt with now, or when everything before it is; what effects cause comes after all of them. */
  add(happened: () => void): void {
    this.#happened.push(happened);
    this.#proceed();
  }

  /** What follows from the thing that is being dealt with. */
  follow(effects: readonly Effect[]): void {
    this.#effects = effects.toReversed();
  }

  /** The effects that are left will not be executed: this is dealt with in their place. */
  replaceEffects(happened: () => void): void {
    this.#effects = [];
    this.#happened.unshift(happened);
  }

  /** Nothing more is done until what is returned was called. */
  pause(): () => void {
    this.#isPaused = true;
    return () => {
      this.#isPaused = false;
      this.#proceed();
    };
  }

  #proceed(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (!this.#isPaused && this.#doNext());
    } finally {
      this.#isBusy = false;
    }
  }

  /** Whether there was something to do. */
  #doNext(): boolean {
    const effect = this.#effects.pop();
    if (effect !== undefined) {
      this.#execute(effect);
      return true;
    }
    const happened = this.#happened.shift();
    happened?.();
    return happened !== undefined;
  }
}
