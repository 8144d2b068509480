/** Streams on disk and in memory. Sizes are bytes. */

export interface JetStreamBatchLimits {
  maxInflightPerStream: number;
  maxInflightTotal: number;
  maxMsgs: number;
  timeoutMs: number;
}

export interface JetStreamLimits {
  /** 0 means no limit, here and below. */
  maxAckPending: number;
  maxHaAssets: number;
  maxRequestBatch: number;
  duplicateWindowMs: number;
  /** Of a stream that sets none; negative means no limit. */
  defaultMaxConsumers: number;
  batch: JetStreamBatchLimits;
}

export interface TpmOptions {
  keysFile: string;
  encryptionPassword: string;
  srkPassword: string;
  pcr: number;
  cipher: JetStreamCipher;
}

export type JetStreamCipher = "chacha" | "aes";

export interface JetStreamOptions {
  enabled: boolean;
  /** Null means three quarters of what the machine has. */
  maxMemoryStore: number | null;
  maxFileStore: number | null;
  syncIntervalMs: number;
  syncAlways: boolean;
  strict: boolean;
  domain: string;
  encryptionKey: string;
  prevEncryptionKey: string;
  cipher: JetStreamCipher;
  tpm: TpmOptions | null;
  extensionHint: string;
  uniqueTag: string;
  limits: JetStreamLimits;
  maxOutstandingCatchup: number;
  maxBufferedMsgs: number;
  maxBufferedSize: number;
  requestQueueLimit: number;
  infoQueueLimit: number;
  metaCompact: number;
  metaCompactSize: number;
  metaCompactSync: boolean;
  maxConcurrentIo: number;
}

export const DEFAULT_BATCH_LIMITS: Readonly<JetStreamBatchLimits> = {
  maxInflightPerStream: 50,
  maxInflightTotal: 1000,
  maxMsgs: 1000,
  timeoutMs: 10_000,
};

export const DEFAULT_JETSTREAM_LIMITS: Readonly<JetStreamLimits> = {
  maxAckPending: 0,
  maxHaAssets: 0,
  maxRequestBatch: 0,
  duplicateWindowMs: 0,
  defaultMaxConsumers: 1000,
  batch: DEFAULT_BATCH_LIMITS,
};

/** PCR that nats-server seals keys to unless told otherwise. */
export const DEFAULT_TPM_PCR = 22;

export const DEFAULT_JETSTREAM: Readonly<JetStreamOptions> = {
  enabled: false,
  maxMemoryStore: null,
  maxFileStore: null,
  syncIntervalMs: 120_000,
  syncAlways: false,
  strict: true,
  domain: "",
  encryptionKey: "",
  prevEncryptionKey: "",
  cipher: "chacha",
  tpm: null,
  extensionHint: "",
  uniqueTag: "",
  limits: DEFAULT_JETSTREAM_LIMITS,
  maxOutstandingCatchup: 64 * 1024 * 1024,
  maxBufferedMsgs: 100_000,
  maxBufferedSize: 128 * 1024 * 1024,
  requestQueueLimit: 10_000,
  infoQueueLimit: 10_000,
  metaCompact: 0,
  metaCompactSize: 0,
  metaCompactSync: false,
  maxConcurrentIo: 4096,
};
