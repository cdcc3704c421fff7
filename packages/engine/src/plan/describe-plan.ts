import { describeLayer, type Layer } from "@convoy/models";
import type { Operation, Plan, PlanBuffer } from "./plan.ts";
import { buffersOf } from "./plan-builder.ts";
import { floatingPointOperations } from "./work.ts";

/** The plan for people: every operation with its shapes and work, every buffer with its place and lifetime. */
export function describePlan(plan: Plan): string {
  const { model, batchSize, parameterCount, forward, backward, arenaBytes } = plan;
  const operations = [...forward, ...backward];
  const perSample = operations.reduce((sum, operation) => sum + floatingPointOperations(operation), 0);
  const bufferBytes = plan.buffers.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    `${model.name}, batches of up to ${batchSize}: ${operations.length} operations, ${megaflop(batchSize * perSample)} a step`,
    `parameters and gradients ${megabytes(4 * parameterCount)} each, arena ${megabytes(arenaBytes)} for buffers of ${megabytes(bufferBytes)}`,
    "",
    ...table([
      ["", "operation", "of", "MFLOP", "reads and writes"],
      ...operations.map((operation, index) => [
        String(index),
        operation.type,
        describeLayers(plan, operation),
        (batchSize * floatingPointOperations(operation) * 1e-6).toFixed(2),
        buffersOf(operation)
          .map((id) => plan.buffers[id]?.name)
          .join(", "),
      ]),
    ]),
    "",
    ...table([
      ["buffer", "elements × samples", "bytes", "at", "operations"],
      ...plan.buffers.map((buffer) => describeBuffer(buffer, batchSize)),
    ]),
  ].join("\n");
}

function describeLayers({ model }: Plan, operation: Operation): string {
  if (!("layer" in operation)) return "";
  const extras = operation.type === "convolution" || operation.type === "dense" ? describeFused(operation) : "";
  return describeLayer(model.layers[operation.layer] as Layer) + extras;
}

function describeFused(operation: Extract<Operation, { type: "convolution" | "dense" }>): string {
  const pool = operation.type === "convolution" ? operation.pool : null;
  const { geometry, extreme } = pool ?? {};
  const pooled = geometry === undefined ? "" : ` + ${extreme}-pool ${geometry.window}×${geometry.window}`;
  return `${pooled}${operation.activation === null ? "" : ` + ${operation.activation}`}`;
}

function describeBuffer({ name, elements, bytes, offset, firstUse, lastUse }: PlanBuffer, batchSize: number): string[] {
  return [name, `${elements} × ${batchSize}`, String(bytes), String(offset), `${firstUse} … ${lastUse}`];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] as readonly string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join("  ")
      .trimEnd(),
  );
}

function megabytes(bytes: number): string {
  return `${(bytes * 1e-6).toFixed(2)} MB`;
}

function megaflop(operations: number): string {
  return `${(operations * 1e-6).toFixed(1)} MFLOP`;
}
