import type { BufferId } from "@convoy/engine";

/** What a kernel reads and writes: a buffer of the plan's arena, or one of those that every step has. */
export type Resource = BufferId | SharedResource;

/**
 * `results` begins with the gradient, two floats for each sample follow: loss, and 1 where it is right; then, again for
 * each sample, the class that it is taken for, and its share of the softmax. `scratch` is for what one kernel hands to the next. `samples` has four words for each: label, the dataset's number, and where the
 * picture is cut (row × 2¹⁶ + column; 1 where it is reflected). An optimizer's step writes to the parameters, and to its velocity or
 * moments.
 */
export type SharedResource = "parameters" | "results" | "scratch" | "samples" | "pixels" | OptimizerResource;

export type OptimizerResource = "moved-parameters" | "first-state" | "second-state";

export type ElementType = "f32" | "u32" | "vec4<f32>" | "vec4<u32>";

export interface Binding {
  readonly name: string;
  readonly resource: Resource;
  readonly type: ElementType;
  /** What is only read is told to the compiler; the arena cannot be, because some of it is always written. */
  readonly readOnly: boolean;
}

/** One shader, and how often it runs. Nothing in it depends on the number of samples, which it is told by `batch`. */
export interface Kernel {
  /** For sentences: "convolution-input-gradient of layer 3". */
  readonly name: string;
  readonly source: string;
  readonly bindings: readonly Binding[];
  /** Workgroups for so many samples. */
  readonly workgroups: (count: number) => number;
  /** Floating-point operations of all workgroups together, about. */
  readonly work: (count: number) => number;
  /** Workgroups that one dispatch may have: limited by WebGPU, and by the time it may take on a slow GPU. */
  readonly workgroupsOfPart: number;
  /** Floats of `scratch` that are used, for so many samples. */
  readonly scratchFloats: (count: number) => number;
}

/** Of kernels whose invocations know nothing of each other. */
const WORKGROUP_SIZE = 64;

/** The limit that every WebGPU implementation grants. */
const MOST_WORKGROUPS = 65_535;

/** Floating-point operations: less than a millisecond for a desktop's GPU, 20 ms for the slowest. */
const MOST_WORK_OF_PART = 1e9;

/** However much each has to do: with fewer, most of a GPU would be idle. */
const FEWEST_WORKGROUPS_OF_PART = 128;

/** The samples that parts are made for, where an invocation has the more to do the more samples there are. */
const USUAL_COUNT = 64;

export interface KernelParts {
  readonly name: string;
  /** By the name that the body calls it. */
  readonly bindings: Readonly<Record<string, Resource | readonly [Resource, ElementType]>>;
  /** WGSL at the top level. */
  readonly declarations?: string;
  /** WGSL of one invocation; `index` is its number. */
  readonly body: string;
  /** Invocations for so many samples. */
  readonly invocations: (count: number) => number;
  /** WGSL for the same: `batch.count` is the number of samples. */
  readonly limit: string;
  /** Floating-point operations of one invocation, about. */
  readonly work: number | ((count: number) => number);
  readonly scratchFloats?: (count: number) => number;
}

/** A kernel of independent invocations. */
export function kernel(parts: KernelParts): Kernel {
  const { invocations, limit, work, body } = parts;
  const workOf = typeof work === "number" ? () => work : work;
  return assemble(parts, {
    workgroupSize: WORKGROUP_SIZE,
    workgroups: (count) => Math.ceil(invocations(count) / WORKGROUP_SIZE),
    work: (count) => invocations(count) * workOf(count),
    body: `let index = group * ${WORKGROUP_SIZE} + local;
if (index >= ${limit}) { return; }
${body}`,
  });
}

export interface WorkgroupKernelParts
  extends Pick<KernelParts, "name" | "bindings" | "declarations" | "scratchFloats"> {
  readonly workgroupSize: number;
  /** WGSL of one invocation: `group` is the number of its workgroup, `local` its own in there. */
  readonly body: string;
  readonly workgroups: (count: number) => number;
  /** Floating-point operations of all workgroups together, about. */
  readonly work: (count: number) => number;
}

/** A kernel whose invocations work together. */
export function workgroupKernel(parts: WorkgroupKernelParts): Kernel {
  return assemble(parts, parts);
}

function assemble(
  parts: Pick<KernelParts, "name" | "bindings" | "declarations" | "scratchFloats">,
  {
    workgroupSize,
    workgroups,
    work,
    body,
  }: Pick<WorkgroupKernelParts, "workgroupSize" | "workgroups" | "work" | "body">,
): Kernel {
  const { name, declarations = "", scratchFloats = () => 0 } = parts;
  const bound = bindOnce(
    Object.entries(parts.bindings).map(([bindingName, given]) => binding(bindingName, given)),
    body,
  );
  const workgroupsOfPart = partSize(work(USUAL_COUNT) / workgroups(USUAL_COUNT));
  const source = `${bound.bindings.map(declare).join("\n")}
${COMMON_DECLARATIONS}
${declarations}
@compute @workgroup_size(${workgroupSize})
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
let group = i32(part.number * ${workgroupsOfPart}u + workgroup.x);
let local = i32(localIndex);
${bound.body}
}
`;
  return { name, source, bindings: bound.bindings, workgroups, work, workgroupsOfPart, scratchFloats };
}

function partSize(workgroupWork: number): number {
  const wanted = Math.max(FEWEST_WORKGROUPS_OF_PART, Math.floor(MOST_WORK_OF_PART / workgroupWork));
  return Math.min(MOST_WORKGROUPS, wanted);
}

/** A kernel with one invocation for every `elements`-th part of a sample. */
export function perSample(elements: number, parts: Omit<KernelParts, "invocations" | "limit">): Kernel {
  return kernel({ ...parts, invocations: (count) => count * elements, limit: `batch.count * ${elements}` });
}

/** The group of bindings that all kernels share. */
const COMMON_DECLARATIONS = `
struct Batch { count: i32, training: u32, seedLow: u32, seedHigh: u32, epoch: u32, numbers: array<vec4<f32>, 2> }
struct Part { number: u32 }
@group(1) @binding(0) var<uniform> batch: Batch;
@group(1) @binding(1) var<uniform> part: Part;`;

const READ_ONLY: readonly Resource[] = ["parameters", "samples", "pixels"];

function binding(name: string, given: Resource | readonly [Resource, ElementType]): Binding {
  const [resource, type] = typeof given === "object" ? given : [given, "f32" as const];
  return { name, resource, type, readOnly: READ_ONLY.includes(resource) };
}

/** What is written to may be bound only once: where two names mean the same buffer, the body is given the first. */
function bindOnce(bindings: readonly Binding[], body: string): { bindings: Binding[]; body: string } {
  const kept: Binding[] = [];
  let text = body;
  for (const candidate of bindings) {
    const same = kept.find(({ resource }) => resource === candidate.resource);
    if (same === undefined) kept.push(candidate);
    else text = text.replace(new RegExp(`\\b${candidate.name}\\b`, "g"), same.name);
  }
  return { bindings: kept, body: text };
}

function declare({ name, type, readOnly }: Binding, index: number): string {
  return `@group(0) @binding(${index}) var<storage, ${readOnly ? "read" : "read_write"}> ${name}: array<${type}>;`;
}
