import { beforeEach, expect, test } from "vitest";
import { Sequence } from "./sequence.ts";

let done: string[];
let resume: (() => void) | null;
let sequence: Sequence<string>;
beforeEach(() => {
  done = [];
  resume = null;
  sequence = new Sequence((effect) => {
    done.push(effect);
    if (effect === "cause") happen("caused", "last");
    if (effect === "wait") resume = sequence.pause();
    if (effect === "fail") sequence.replaceEffects(() => done.push("failure"));
  });
});

function happen(name: string, ...effects: string[]): void {
  sequence.add(() => {
    done.push(name);
    sequence.follow(effects);
  });
}

test("what effects cause comes after all of them", () => {
  happen("first", "cause", "effect");
  expect(done).toEqual(["first", "cause", "effect", "caused", "last"]);
});

test("while one thing takes its time nothing else is done, and nothing is lost or changes its place", () => {
  happen("first", "wait", "effect");
  happen("second", "wait");
  happen("third");
  expect(done).toEqual(["first", "wait"]);
  resume?.();
  expect(done).toEqual(["first", "wait", "effect", "second", "wait"]);
  resume?.();
  expect(done.at(-1)).toBe("third");
});

test("what took no time does not pause", () => {
  sequence = new Sequence((effect) => {
    done.push(effect);
    sequence.pause()();
  });
  happen("first", "one", "two");
  expect(done).toEqual(["first", "one", "two"]);
});

test("effects that are void are not executed, and what takes their place comes before what waits", () => {
  happen("first", "cause", "fail", "void");
  expect(done).toEqual(["first", "cause", "fail", "failure", "caused", "last"]);
});

test("after an error it goes on with what is next", () => {
  expect(() =>
    sequence.add(() => {
      throw new Error("broken");
    }),
  ).toThrow("broken");
  happen("next");
  expect(done).toEqual(["next"]);
});
