/** The coordinator's rules of thumb, in one place. Times in milliseconds. */
export const policy = {
  /** A lease may take this many times what the worker's speed lets expect … */
  deadlineFactor: 4,
  /** … but never less than this, so that a pause for garbage is forgiven, and never more than that. */
  deadlineMs: { least: 2_000, most: 60_000 },
  /** The first lease of a worker that is alone: what is left to compile is compiled within it. */
  firstDeadlineMs: 20_000,
  /** A lease that only measures a worker's speed while others are there and may have to wait for it. */
  trialDeadlineMs: 2_000,
  /** Who would need more than this many times what the others need to finish the round waits; in `local`, who is tried, or late, is waited for no longer than so long. */
  patienceFactor: 2,
  /** A worker that waits because it is slow is tried again after this time, twice as long each time up to the most. */
  retryMs: { least: 5_000, most: 60_000 },
  /** A newcomer is on trial for so many leases, and the best of them tells its speed: the first ones are slow everywhere. */
  trialLeases: 4,
  /** Of a round's shards, what workers on trial may hold while others are there. */
  trialShare: 0.25,
  /** The share of a new measurement in a worker's speed. */
  speedWeight: 0.4,
  /** In `local`: the share of a round that may go to the way of the parameters and back, where there is a choice, from so many steps on and up to so many. */
  stretch: { wayShare: 0.05, leastSteps: 4, mostSteps: 128 },
  /** The same with steps on parts of a batch, which lose more with longer stretches; what a head start covers is not counted. */
  stretchInParts: { wayShare: 0.2, leastSteps: 2, mostSteps: 64 },
  /** Where a batch is taken in several steps: no more of them, and none on a smaller part of a whole batch. */
  stepsPerBatch: { most: 4, leastSamples: 16 },
  /** What a codec costs in accuracy, counted as a share of speed: so much quicker it has to make a round … */
  codecLoss: { fp32: 0, fp16: 0.002, int8: 0.01, "top-k": 0.5 },
  /** … and so much more before one takes the place of another. */
  codecGain: 0.005,
  /** Of what a worker is ahead of the others, so much is made up for in a round. */
  leadShare: 0.4,
  /** A stretch that a worker was told of may take as much longer than its share, or be as much shorter, and is lent all the same. */
  announcedSlack: 0.25,
  /** Of a stretch, so much may be computed before it is lent where several learn with Adam; else, all of it. */
  headStartWithAdam: 0.125,
  /** What a worker says that it computed before its lease came counts up to this. */
  mostHeadStartMs: 60_000,
  /** So long it is remembered what the way took in another codec, if there are as many workers; then that may be tried again. */
  wayMemoryMs: 60_000,
  /** A first stretch of one step: what is left to compile is compiled within it, and all parameters are on their way. */
  firstStretchMs: 60_000,
  /**
   * Once half of a round's stretches have come, the others have so much time beyond the median, in milliseconds, as a share of
   * it or as so many median deviations: whichever is longest. Where few wait, they do so until that has cost what the late stretch is worth.
   */
  lateness: { least: 250, share: 0.25, spreads: 5 },
  /** A newcomer fetches a frame of more bytes over HTTP; a shorter one is on its socket in no time. */
  snapshotBytes: 1024 * 1024,
  /** So many times a newer version may be there when it is done; the next then goes over its socket, ahead of a lease. */
  snapshotTries: 3,
  /** A lease should not take longer than this where the choice is free, so that progress can be seen. */
  leaseMs: 2_000,
  /** So much more than its share a worker may get, so that two equal ones whose measured speeds differ share evenly. */
  shareSlack: 1.25,
  /** So many leases of a round more than there can be workers are remembered: those that are over may still be answered. */
  leasesRemembered: 256,
  /** Shards of one lease of an evaluation … */
  evaluationShards: 32,
  /** … or as many more as have activations of so many bytes, which a forward pass keeps, if a worker then has so many leases. */
  evaluationBytes: 64 * 1024 * 1024,
  evaluationLeases: 4,
  /** A worker that has said nothing about the test of its engine for so long is sent away: compiling may take minutes. */
  provingMs: 5 * 60_000,
  /** After this many refused contributions in a row a worker is sent away. */
  strikes: 3,
  /** A gradient may be so many times as large, for each of its samples, as the largest of the last ones that were counted … */
  sizeFactor: 10,
  /** … of which so many are remembered. While there are fewer than this many … */
  sizesKept: 100,
  sizesNeeded: 16,
  /** … it may be so many times as large, since momentum and warm-up let changes grow, or move the parameters by this share of their length. */
  earlySizeFactor: 30,
  earlyMove: 0.1,
  /** A larger one is believed when so many others find such a one too; fewer where there are not twice as many. */
  sizeWitnesses: 2,
  /** So often a worker may change over to another engine: each time it begins as a newcomer. */
  engineChanges: 8,
  /** Combined speed is measured over the rounds of this time, and over no more than so many parts of a few rounds each. */
  paceMs: 10_000,
  paceParts: 32,
  /** A part of so many rounds, or of this time, is full. */
  pacePartRounds: 8,
  pacePartMs: 300,
  /** Of where a worker's time went, what lies so far back counts a third. As old, on average, as what the pace is measured over. */
  forgetMs: 5_000,
  /** No clock of a worker tells less: a lease that is said to be computed quicker than that took as long. */
  leastComputeMs: 0.1,
  /** Workers that left and are still listed. */
  departedWorkers: 20,
} as const;
