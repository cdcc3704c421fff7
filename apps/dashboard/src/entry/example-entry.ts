/** What a coordinator tells about the way in, for tests. */
import type { EntryView } from "@convoy/protocol";

export function exampleEntry(changes: Partial<EntryView> = {}): EntryView {
  return {
    access: "guest",
    sentence: null,
    invitation: { token: "k7m4-x9p2", origins: ["http://192.168.1.5:4300"] },
    secure: null,
    ...changes,
  };
}
