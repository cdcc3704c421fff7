/** Every maximum of the protocol. What exceeds one is refused by name, never cut off in silence. */
export const limits = {
  /** Elements of one flat vector, so parameters of a model: AlexNet of 2012 has 62,378,344. */
  vectorLength: 64_000_000,
  /** Bytes of all binary fields of one message: the longest vector, and room for the rest. */
  messageBytes: 4 * 64_000_000 + 64 * 1024,
  /** Binary fields of one message. */
  binaryFields: 10,
  /** Fields and elements of one message, however they are nested, and how deeply they may be: the most of a lease and room. */
  messageValues: 2048,
  messageDepth: 16,
  /** Bytes of one packet of a socket. A longer binary field travels in chunks of this size. */
  chunkBytes: 256 * 1024,
  /** Chunks on their way to one peer that it has not acknowledged: the signs of life travel behind them. */
  chunkWindow: 4,
  /** Bytes of long messages that are put together at the coordinator at the same time, for all peers: four of the longest. */
  assemblyBytes: 4 * (4 * 64_000_000 + 64 * 1024),
  /** Bytes that may wait at the coordinator for one peer to read them. A long message counts with its window. */
  unreadBytes: 64 * 1024 * 1024,
  /** Bytes that may wait for one peer behind a long message: one more of the longest, and room for the rest. */
  waitingBytes: 4 * 64_000_000 + 16 * 1024 * 1024,
  /** The slowest that a long message may travel, in bytes a second, after the time for which it may stand still. */
  transferBytesPerSecond: 1024 * 1024,
  transferPauseMs: 30_000,
  /**
   * Connections at once, in total and of one address (of IPv6, the first half of it): every worker and viewer, and as many
   * that broke and are not missed yet. A class behind one router comes from one address. This machine itself counts in total.
   */
  connections: 2500,
  connectionsPerAddress: 256,
  /**
   * Sockets at once, in total and of one address, with those that fetch pages and those that have not become a
   * connection: a browser opens up to six beside each connection of a page that is being loaded.
   */
  sockets: 4000,
  socketsPerAddress: 1024,
  /** A connection must say something within this time. */
  greetingMs: 15_000,
  /** So long a coordinator that ends waits for others to answer its goodbye. */
  goodbyeMs: 2_000,
  /** Messages of one connection in a second, and what it may say more at once: a worker of the quickest leases says 2000. */
  messagesPerSecond: 5_000,
  messageBurst: 10_000,
  /** A peer is asked for a sign of life so often, and has so long to give it. */
  heartbeatMs: 25_000,
  heartbeatTimeoutMs: 20_000,
  /** Batches of which a worker may take steps by itself in one lease, steps on each of them, and bytes of their samples' pixels. */
  localSteps: 1024,
  stepsPerBatch: 16,
  stretchBytes: 64 * 1024 * 1024,
  /** Samples that one lease may name. */
  leaseSamples: 1024,
  /** Bytes with which a message is made longer that measures a link: enough to tell bandwidth from delay. */
  probeBytes: 64 * 1024,
  /** Samples of the next batch that a lease may name beside its own. */
  aheadSamples: 512,
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
  /** Downloads of the network at once: each keeps the parameters of its step in memory. */
  modelDownloads: 8,
  /** Characters of a worker's name and of the description of its device. */
  nameLength: 80,
  descriptionLength: 300,
  /** Characters of an invitation or a key. */
  tokenLength: 128,
  /** Wrong tokens from one address in a minute, and addresses whose wrong tokens are counted. */
  wrongTokens: 20,
  wrongTokenAddresses: 10_000,
  /** Versions of the parameters older than the newest that are kept while a newcomer fetches them. */
  snapshotVersions: 2,
  /** Downloads of versions at once, and the bytes a second that may leave for all of them: the rest is for those who work. */
  snapshotDownloads: 64,
  snapshotBytesPerSecond: 40_000_000,
  /** Downloads of all samples at once, by workers on the coordinator's own machine. */
  sampleDownloads: 8,
  /** Points of a curve that a newly opened dashboard receives. */
  historyPoints: 2000,
  /** Entries of the run's log that are kept and sent. */
  logEntries: 200,
  /** Classes of a network up to which an evaluation's confusion matrix is kept and sent. */
  confusionClasses: 100,
  /** Samples of the test set that are kept and sent as the worst mistakes. */
  worstMistakes: 24,
  /** Bytes of pixels that a worker keeps. */
  cacheBytes: 64 * 1024 * 1024,
} as const;
