/**
 * Which way of each operation was the quickest, kept with the device: to find it out, all ways have to be compiled, which
 * takes a GPU's compiler seconds. A worker has no localStorage, but every browser gives it IndexedDB, also over plain http.
 */
import { murmur3Text } from "@convoy/foundation";
import type { GraphicsDevice } from "./device/graphics-device.ts";
import { userAgent } from "./device/user-agent.ts";
import type { KernelChoice } from "./kernels-of-plan.ts";

export interface WayMemory {
  /** Of each operation, the index of its way; null where that is not known. */
  recall(key: string): Promise<readonly number[] | null>;
  keep(key: string, ways: readonly number[]): Promise<void>;
}

const DATABASE = "convoy-webgpu";
const STORE = "ways";

/** What cannot be read or written is not known: then it is measured again. */
export const rememberedWays: WayMemory = {
  async recall(key) {
    try {
      const kept: unknown = await inStore("readonly", (store) => store.get(key));
      return Array.isArray(kept) && kept.every(Number.isInteger) ? kept : null;
    } catch {
      return null;
    }
  },
  async keep(key, ways) {
    try {
      await inStore("readwrite", (store) => store.put([...ways], key));
    } catch {
      // A browser that keeps nothing.
    }
  },
};

/** Names the GPU, the browser that compiles for it, and all that there is to choose from, down to the last letter. */
export function keyOfWays({ adapter }: GraphicsDevice, choices: readonly KernelChoice[]): string {
  const { vendor, architecture, device, description } = adapter;
  const sources = choices.map((choice) => choice.map((kernels) => kernels.map(({ source }) => source)));
  return [
    vendor,
    architecture,
    device,
    description,
    murmur3Text(userAgent()),
    murmur3Text(JSON.stringify(sources)),
  ].join("/");
}

async function inStore<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await answerOf(opening);
  try {
    return await answerOf(ask(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
