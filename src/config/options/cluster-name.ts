/** What a cluster cannot be called. */

/** Stands for leafnodes of no cluster when servers tell each other where interest is from. */
export const RESERVED_CLUSTER_NAME = "_";

export const CLUSTER_NAME_IS_RESERVED = "cluster name is reserved";
