/**
 * The version of everything that crosses the wire. Both sides must speak the same one. A test compares the hash of all
 * schemas with the one noted here, so a changed message without a new version cannot pass unseen.
 */
export const PROTOCOL_VERSION = 15;

/** Of every schema, the recipe's among them, the frame's layout and the limits of one message. */
export const SCHEMA_HASH = "9c43a442";
