/** What is on a heap, by who put it there: read from a snapshot as V8 writes it. */

export interface HeapCensus {
  /** Bytes of the program's objects, strings and numbers. */
  readonly objects: number;
  /** Bytes of V8's own: code that it has compiled so far, shapes, and its notes about them. They grow as code gets hot. */
  readonly machinery: number;
}

const MACHINERY: readonly string[] = ["code", "hidden", "object shape"];

interface Snapshot {
  readonly snapshot: {
    readonly meta: { readonly node_fields: string[]; readonly node_types: [string[], ...unknown[]] };
  };
  readonly nodes: readonly number[];
}

export function takeCensus(text: string): HeapCensus {
  const { snapshot, nodes } = JSON.parse(text) as Snapshot;
  const { node_fields, node_types } = snapshot.meta;
  const [typeAt, sizeAt] = [node_fields.indexOf("type"), node_fields.indexOf("self_size")];
  let objects = 0;
  let machinery = 0;
  for (let node = 0; node < nodes.length; node += node_fields.length) {
    const type = node_types[0][nodes[node + typeAt] as number] as string;
    const size = nodes[node + sizeAt] as number;
    // Buffers outside the heap have nodes too; they are measured by themselves.
    if (MACHINERY.includes(type)) machinery += size;
    else if (type !== "native") objects += size;
  }
  return { objects, machinery };
}
