import type { PreparedKernel } from "./pipelines.ts";
import { type StepBuffers, UNIFORM_ALIGNMENT } from "./step-buffers.ts";

/** Pipelines with the buffers they work on: all that has to be done again and again is to encode them. */
export class PreparedStep {
  readonly #device: GPUDevice;
  readonly #shared: GPUBindGroup;
  readonly #dispatches: readonly (PreparedKernel & { readonly bindings: GPUBindGroup })[];

  /** `state`: of the optimizer, where one of the kernels takes its step. */
  constructor(
    device: GPUDevice,
    kernels: readonly PreparedKernel[],
    sharedLayout: GPUBindGroupLayout,
    buffers: StepBuffers,
    state: readonly GPUBuffer[] = [],
  ) {
    this.#device = device;
    this.#shared = device.createBindGroup({
      layout: sharedLayout,
      entries: [
        { binding: 0, resource: { buffer: buffers.header, size: UNIFORM_ALIGNMENT } },
        { binding: 1, resource: { buffer: buffers.parts, size: UNIFORM_ALIGNMENT } },
      ],
    });
    this.#dispatches = kernels.map((prepared) => ({
      ...prepared,
      bindings: device.createBindGroup({
        layout: prepared.layout,
        entries: prepared.kernel.bindings.map((binding, index) => ({
          binding: index,
          resource: buffers.bindingOf(binding, state),
        })),
      }),
    }));
  }

  /** Floating-point operations for so many samples, about. */
  work(count: number): number {
    return this.#dispatches.reduce((sum, { kernel }) => sum + kernel.work(count), 0);
  }

  /**
   * Submits every kernel, in order; each time `workOfSubmit` floating-point operations are together, by themselves. What
   * `last` encodes goes with the last of them.
   */
  submit(count: number, workOfSubmit: number, last: (encoder: GPUCommandEncoder) => void): void {
    let encoder = this.#device.createCommandEncoder();
    let pass = this.#begin(encoder);
    let work = 0;
    for (const { kernel, pipeline, bindings } of this.#dispatches) {
      const { workgroupsOfPart } = kernel;
      const workgroups = kernel.workgroups(count);
      const workOfPart = (kernel.work(count) * workgroupsOfPart) / workgroups;
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      for (let part = 0; part * workgroupsOfPart < workgroups; part++) {
        if (part > 0) this.#shareWith(pass, part);
        pass.dispatchWorkgroups(Math.min(workgroupsOfPart, workgroups - part * workgroupsOfPart));
        work += workOfPart;
        if (work < workOfSubmit) continue;
        pass.end();
        this.#device.queue.submit([encoder.finish()]);
        encoder = this.#device.createCommandEncoder();
        pass = this.#begin(encoder);
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindings);
        work = 0;
      }
      if (workgroups > workgroupsOfPart) this.#shareWith(pass, 0);
    }
    pass.end();
    last(encoder);
    this.#device.queue.submit([encoder.finish()]);
  }

  #begin(encoder: GPUCommandEncoder): GPUComputePassEncoder {
    const pass = encoder.beginComputePass();
    this.#shareWith(pass, 0);
    return pass;
  }

  #shareWith(pass: GPUComputePassEncoder, part: number): void {
    pass.setBindGroup(1, this.#shared, [part * UNIFORM_ALIGNMENT]);
  }
}
