/** Messages that look like real ones and are not. */
import type { RandomSequence } from "@convoy/foundation";
import { hostileFrame } from "./frames.ts";
import { DEEPEST, drawBytes, drawName, drawValue, nested, pick, withField } from "./values.ts";

type Fields = Record<string, unknown>;

/** One of the messages with one to three things wrong with it, or something that is no message at all. */
export function hostileMessage(random: RandomSequence, messages: readonly object[]): unknown {
  if (random.below(20) === 0) return drawValue(random);
  let message: unknown = copyOf(pick(random, messages));
  const mutationCount = 1 + random.below(3);
  for (let i = 0; i < mutationCount; i++) {
    if (typeof message === "object" && message !== null && !(message instanceof Uint8Array))
      message = mutate(random, message as Fields, messages);
  }
  return message;
}

function mutate(random: RandomSequence, message: Fields, messages: readonly object[]): unknown {
  const [parent, key] = pick(random, placesIn(message));
  const value = parent[key];
  switch (random.below(10)) {
    case 0:
      delete parent[key];
      return message;
    case 1:
    case 2:
      if (Array.isArray(parent)) parent.push(drawValue(random));
      else withField(parent, drawName(random), drawValue(random));
      return message;
    case 3:
      parent[key] = nested(random, 1 + random.below(random.below(20) === 0 ? DEEPEST : 4), value);
      return message;
    case 4:
      parent[key] = lengthened(random, value);
      return message;
    case 5:
      parent[key] = value instanceof Uint8Array ? hostileFrame(random, value) : retyped(value);
      return message;
    case 6:
      // The fields of one kind under the name of another.
      return { ...message, ...(random.below(2) === 0 ? copyOf(pick(random, messages)) : { type: drawName(random) }) };
    case 7:
      return pick<unknown>(random, [[message], { message }, textOf(message), Object.entries(message)]);
    default:
      parent[key] = drawValue(random);
      return message;
  }
}

/** The same in another type. */
function retyped(value: unknown): unknown {
  if (typeof value === "string") return Number(value);
  return typeof value === "object" ? [value] : String(value);
}

const LONGEST_TEXT = 4_000_000;

/** As it was, only more of it. */
function lengthened(random: RandomSequence, value: unknown): unknown {
  const times = 2 + random.below(random.below(20) === 0 ? 5000 : 50);
  // Longer than any limit is long enough.
  if (typeof value === "string") return value.repeat(Math.min(times, Math.ceil(LONGEST_TEXT / (value.length + 1))));
  if (typeof value === "number") return value * 10 ** random.below(300);
  if (Array.isArray(value)) return Array.from({ length: times }, (_, i) => value[i % value.length]);
  if (value instanceof Uint8Array) return drawBytes(random, value.length + times);
  return [value, value];
}

/** Every field of every object and element of every array. */
function placesIn(message: Fields): [Fields, string][] {
  const places: [Fields, string][] = [];
  const queue: Fields[] = [message];
  for (let node = queue.pop(); node !== undefined && places.length < 200; node = queue.pop()) {
    for (const key of Object.keys(node).slice(0, 20)) {
      places.push([node, key]);
      const child = node[key];
      if (typeof child === "object" && child !== null && !(child instanceof Uint8Array)) queue.push(child as Fields);
    }
  }
  return places.length === 0 ? [[message, "nothing"]] : places;
}

function copyOf(message: object): Fields {
  return copied(message) as Fields;
}

function copied(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return value.map(copied);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, copied(field)]));
}

/** As JSON; what is nested deeper than can be written stays what it is. */
function textOf(message: unknown): unknown {
  try {
    return JSON.stringify(message);
  } catch {
    return message;
  }
}
