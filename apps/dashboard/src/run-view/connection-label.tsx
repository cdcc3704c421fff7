import type { ConnectionState } from "../connection/run-feed.ts";
import { StateLabel, type StateWord } from "../frame/state-label.tsx";

const words: { readonly [state in ConnectionState]: StateWord } = {
  connecting: { word: "Connecting", icon: "hourglass", tone: "calm" },
  silent: { word: "No answer", icon: "unplugged", tone: "bad" },
  open: { word: "Live", icon: "dot", tone: "good" },
  lost: { word: "Reconnecting", icon: "unplugged", tone: "bad" },
};

/** How the connection to the coordinator is. */
export function ConnectionLabel({ connection }: { connection: ConnectionState }) {
  return <StateLabel state={words[connection]} look="plain" />;
}
