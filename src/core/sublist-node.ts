/**
 * Words of a node in a sublist.
 *
 *      0 parent     node above; 0 for the root
 *      1 hash       of parent and token, its place in the child index
 *      2 plain      first plain subscription
 *      3 queue      first queue subscription
 *      4 star       child for `*`
 *      5 rest       child for `>`
 *      6 children   number of children of any kind, and of others that need the node
 *      7 told       what other servers are told of it, see `interest/account-interest.ts`; else 0
 *      8 told       the same for other clusters
 *      9 token      one length byte and up to 27 bytes of text
 */

export const NODE_PARENT = 0;
export const NODE_HASH = 1;
export const NODE_PLAIN = 2;
export const NODE_QUEUE = 3;
export const NODE_STAR = 4;
export const NODE_REST = 5;
export const NODE_CHILDREN = 6;
export const NODE_TOLD = 7;
export const NODE_TOLD_CLUSTER = 8;
export const NODE_TOKEN = 9;

/** The record that pools never hand out: all zero while the tree is empty, as a root should be. */
export const ROOT = 0;
