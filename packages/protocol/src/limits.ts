/** Every maximum of the protocol. What exceeds one is refused by name, never cut off in silence. */
export const limits = {
  /** Elements of one flat vector: a frame must fit into one socket message. */
  vectorLength: 4_000_000,
  /** Bytes of one socket message with its attachments: the longest vector, and room for the rest. */
  messageBytes: 4 * 4_000_000 + 64 * 1024,
  /** Fields and elements of one message, however they are nested, and how deeply they may be: the most of a lease and room. */
  messageValues: 2048,
  messageDepth: 16,
  /** Bytes that may wait at the coordinator for one peer to read them: a few of the longest messages. */
  unreadBytes: 4 * (4 * 4_000_000 + 64 * 1024),
  /** Samples that one lease may name. */
  leaseSamples: 1024,
  /** Loss of one sample, in nats: the largest number in single precision. Sums of it stay finite. */
  sampleLoss: 3.4028234663852886e38,
  /** Bytes of pixels in one answer to a request for samples. */
  samplesBytes: 8 * 1024 * 1024,
  /** Workers of one run. */
  workers: 1000,
  /** Workers that a view of the run describes one by one; of the others it has the counts. */
  listedWorkers: 100,
  /** Dashboards that watch at once. */
  viewers: 200,
  /** Characters of a worker's name and of the description of its device. */
  nameLength: 80,
  descriptionLength: 300,
  /** Characters of an invitation or a key. */
  tokenLength: 128,
  /** Wrong tokens from one address in a minute, and addresses whose wrong tokens are counted. */
  wrongTokens: 20,
  wrongTokenAddresses: 10_000,
  /** Points of a curve that a newly opened dashboard receives. */
  historyPoints: 2000,
  /** Entries of the run's log that are kept and sent. */
  logEntries: 200,
  /** Bytes of pixels that a worker keeps. */
  cacheBytes: 64 * 1024 * 1024,
} as const;
