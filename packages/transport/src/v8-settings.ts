/** For a process of Node through which vectors flow; called before anything else. */
import { setFlagsFromString } from "node:v8";

/**
 * V8 counts what buffers hold as growth of its own heap, and looks through all of that when it has grown by about its
 * size: ten or twenty megabytes here, so a few dozen vectors, though they are free as soon as they are sent and summed.
 * With this it waits until the heap has grown to five times its size, or by 64 MB of buffers, where V8 looks in any case.
 */
export function collectRarely(): void {
  setFlagsFromString("--heap-growing-percent=400");
}

/**
 * V8 optimizes a function when it has run through about 132 KB of its bytecode. What a step calls, it calls a few times, a
 * hundred times a second: that took half an epoch, in which all of it ran four times slower. With this it takes seconds.
 * From version 13 on (Node 24) it counts calls, 3000 of them, and complains on the terminal of a setting that it does not know.
 */
export function optimizeEarly(version: string = process.versions.v8): void {
  setFlagsFromString(
    Number.parseInt(version, 10) < 13 ? "--interrupt-budget=10000" : "--invocation-count-for-turbofan=200",
  );
}
