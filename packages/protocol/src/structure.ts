import { limits } from "./limits.ts";

/**
 * What is wrong with the build of a message, whatever it says; null when nothing is. Nothing later needs to look at
 * more values, deeper, or at a field that is a trap of the language: checking a message never costs more than these
 * limits allow, and no field is passed over.
 */
export function structureFault(data: unknown, mostValues: number = limits.messageValues): string | null {
  let values = 0;
  let level = [data];
  for (let depth = 0; level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const node of level) {
      if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) continue;
      if (depth > limits.messageDepth) return `it is nested deeper than ${limits.messageDepth} levels`;
      if (Object.hasOwn(node, "__proto__")) return 'it must not have a field "__proto__"';
      // Not "for in": over messages of many kinds, V8 compiles that anew again and again. What comes over a socket has no
      // fields but its own, and an array none but its elements.
      const inside: unknown[] = Array.isArray(node) ? node : Object.values(node);
      values += inside.length;
      if (values > mostValues) return `it has more than ${mostValues} values`;
      for (const value of inside) next.push(value);
    }
    level = next;
  }
  return null;
}
